// Written by `manage.py write_contracts` from the API description. Change that, not this.

export const CALLS = `
alerts GET /alerts wp
analyze POST /analyze w
assets GET /assets wp
asset GET /assets/{}
changeAsset PATCH /assets/{} w
deleteAsset DELETE /assets/{}
compareAssets GET /assets/{}/against/{}
downloadDifference GET /assets/{}/against/{}/map f
download GET /assets/{}/content wf
promoteAsset POST /assets/{}/promote
assetProvenance GET /assets/{}/provenance
restoreAsset POST /assets/{}/restore
downloadThumbnail GET /assets/{}/thumbnail wf
assetUnderstood GET /assets/{}/understood
correctAsset PATCH /assets/{}/understood w
useAsset POST /assets/{}/use
assetVersions GET /assets/{}/versions
apiTokens GET /auth/tokens wp
createApiToken POST /auth/tokens w
apiToken GET /auth/tokens/{}
deleteApiToken DELETE /auth/tokens/{}
batches GET /batch wp
batch GET /batch/{}
changeBatch PATCH /batch/{} w
cancelBatch DELETE /batch/{}
cloneBatch POST /batch/{}/clone
downloadContactSheet GET /batch/{}/contact-sheet wf
batchErrors GET /batch/{}/errors
batchItems GET /batch/{}/items wp
pauseBatch POST /batch/{}/pause
batchProgress GET /batch/{}/progress
downloadBatchResults GET /batch/{}/results wf
resumeBatch POST /batch/{}/resume
retryBatch POST /batch/{}/retry w
startBatch POST /batch/{}/start
batchVotes GET /batch/{}/votes
vote POST /batch/{}/votes w
nextVote GET /batch/{}/votes/next
downloadBatch GET /batch/{}/zip f
estimateBatch POST /batch/estimate w
createBatch POST /batch/generate w
downloadImportTemplate GET /batch/import/template wf
batchTemplates GET /batch/templates wp
createBatchTemplate POST /batch/templates w
batchTemplate GET /batch/templates/{}
deleteBatchTemplate DELETE /batch/templates/{}
corrections GET /corrections wp
deleteCorrection DELETE /corrections/{}
enhancements GET /enhance wp
enhancement GET /enhance/{}
enhance POST /enhance/{} w
cancelEnhancement POST /enhance/{}/cancel
retryEnhancement POST /enhance/{}/retry
enhanceMany POST /enhance/batch w
estimateEnhancements POST /enhance/estimate w
enhancementModels GET /enhance/models
operations GET /enhance/operations
presets GET /enhance/presets w
createPreset POST /enhance/presets w
preset GET /enhance/presets/{}
changePreset PATCH /enhance/presets/{} w
deletePreset DELETE /enhance/presets/{}
createEnhancementPreview POST /enhance/previews w
enhancementPreview GET /enhance/previews/{}
cancelEnhancementPreview POST /enhance/previews/{}/cancel
downloadPreviewPart GET /enhance/previews/{}/part f
downloadPreviewResult GET /enhance/previews/{}/results/{} f
events GET /events w
feedbackGiven GET /feedback wp
feedbackOn POST /feedback w
undoFeedback POST /feedback/undo w
generations GET /generations wp
generate POST /generations w
generation GET /generations/{}
deleteGeneration DELETE /generations/{}
cancelGeneration POST /generations/{}/cancel
markFavourite PUT /generations/{}/favourite
unmarkFavourite DELETE /generations/{}/favourite
feedback POST /generations/{}/feedback w
deleteFeedback DELETE /generations/{}/feedback/{} w
restoreGeneration POST /generations/{}/restore
generationUnderstood GET /generations/{}/understood
correctGeneration PATCH /generations/{}/understood w
preview POST /generations/preview w
learnedWeights GET /learning wp
revertWeight POST /learning/{}/revert
learningActs GET /learning/acts wp
weightMoves GET /learning/moves wp
revertWeightMove POST /learning/moves/{}/revert
revertLearning POST /learning/revert w
learningSettings GET /learning/settings w
changeLearningSettings PATCH /learning/settings w
me GET /me
changeMe PATCH /me w
models GET /models wp
notifications GET /notifications wp
markRead POST /notifications/read w
notificationSettings GET /notifications/settings
changeNotificationSettings PATCH /notifications/settings w
personas GET /personas wp
createPersona POST /personas w
persona GET /personas/{}
changePersona PATCH /personas/{} w
deletePersona DELETE /personas/{}
personaDrift GET /personas/{}/drift w
duplicatePersona POST /personas/{}/duplicate w
matchPersona POST /personas/{}/match w
defaultPersona GET /personas/default w
setDefaultPersona PUT /personas/default w
mergePersonas POST /personas/merge w
portfolios GET /portfolios wp
portfolio GET /portfolios/{}
cancelPortfolio POST /portfolios/{}/cancel
forgetPortfolio POST /portfolios/{}/forget
portfolioItems GET /portfolios/{}/items wp
personasFromPortfolio POST /portfolios/{}/personas w
resumePortfolio POST /portfolios/{}/resume
prompts GET /prompts wp
deadJobs GET /queue/dead wp
deadCauses GET /queue/dead/causes
discardDeadJobs POST /queue/dead/discard w
replayDeadJobs POST /queue/dead/replay w
jobs GET /queue/jobs wp
lanes GET /queue/lanes
pauseLane PUT /queue/lanes/{}/pause w
resumeLane DELETE /queue/lanes/{}/pause
modelStandings GET /queue/models
teamShares GET /queue/teams w
weighTeam PUT /queue/teams/{} w
courier GET /queue/webhooks
workers GET /queue/workers
drainWorker PUT /queue/workers/{}/drain
employWorker DELETE /queue/workers/{}/drain
teams GET /teams wp
createTeam POST /teams w
team GET /teams/{}
changeTeam PATCH /teams/{} w
teamComments GET /teams/{}/comments wp
createTeamComment POST /teams/{}/comments w
teamComment GET /teams/{}/comments/{}
changeTeamComment PATCH /teams/{}/comments/{} w
deleteTeamComment DELETE /teams/{}/comments/{}
teamMembers GET /teams/{}/members wp
setTeamMember PUT /teams/{}/members/{} w
deleteTeamMember DELETE /teams/{}/members/{}
teamAutoEnhance GET /teams/{}/auto-enhance
setTeamAutoEnhance PUT /teams/{}/auto-enhance w
teamBudgets GET /teams/{}/budgets
setTeamBudget PUT /teams/{}/budgets w
teamGenerations GET /teams/{}/generations wp
teamPersonas GET /teams/{}/personas wp
createTeamPersona POST /teams/{}/personas w
webhooks GET /webhooks wp
createWebhook POST /webhooks w
webhook GET /webhooks/{}
changeWebhook PATCH /webhooks/{} w
deleteWebhook DELETE /webhooks/{}
webhookDeliveries GET /webhooks/{}/deliveries wp
webhookDelivery GET /webhooks/{}/deliveries/{}
replayWebhookDelivery POST /webhooks/{}/deliveries/{}/replay
renewWebhookSecret POST /webhooks/{}/secret w
testWebhook POST /webhooks/{}/test`;
