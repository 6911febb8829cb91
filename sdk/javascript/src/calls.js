// Written by `manage.py write_contracts` from the API description. Change that, not this.

export const CALLS = `
/alerts GET:alerts:wp
/analyze POST:analyze:w
/assets GET:assets:wp
/assets/{} GET:asset: PATCH:changeAsset:w DELETE:deleteAsset:
/assets/{}/against/{} GET:compareAssets:
/assets/{}/against/{}/map GET:downloadDifference:f
/assets/{}/content GET:download:wf
/assets/{}/promote POST:promoteAsset:
/assets/{}/provenance GET:assetProvenance:
/assets/{}/restore POST:restoreAsset:
/assets/{}/thumbnail GET:downloadThumbnail:wf
/assets/{}/understood GET:assetUnderstood: PATCH:correctAsset:w
/assets/{}/use POST:useAsset:
/assets/{}/versions GET:assetVersions:
/auth/tokens GET:apiTokens:wp POST:createApiToken:w
/auth/tokens/{} GET:apiToken: DELETE:deleteApiToken:
/batch GET:batches:wp
/batch/{} GET:batch: PATCH:changeBatch:w DELETE:cancelBatch:
/batch/{}/clone POST:cloneBatch:
/batch/{}/contact-sheet GET:downloadContactSheet:wf
/batch/{}/errors GET:batchErrors:
/batch/{}/items GET:batchItems:wp
/batch/{}/pause POST:pauseBatch:
/batch/{}/progress GET:batchProgress:
/batch/{}/results GET:downloadBatchResults:wf
/batch/{}/resume POST:resumeBatch:
/batch/{}/retry POST:retryBatch:w
/batch/{}/start POST:startBatch:
/batch/{}/votes GET:batchVotes: POST:vote:w
/batch/{}/votes/next GET:nextVote:
/batch/{}/zip GET:downloadBatch:f
/batch/estimate POST:estimateBatch:w
/batch/generate POST:createBatch:w
/batch/import/template GET:downloadImportTemplate:wf
/batch/templates GET:batchTemplates:wp POST:createBatchTemplate:w
/batch/templates/{} GET:batchTemplate: DELETE:deleteBatchTemplate:
/corrections GET:corrections:wp
/corrections/{} DELETE:deleteCorrection:
/enhance GET:enhancements:wp
/enhance/{} GET:enhancement: POST:enhance:w
/enhance/{}/cancel POST:cancelEnhancement:
/enhance/{}/retry POST:retryEnhancement:w
/enhance/batch POST:enhanceMany:w
/enhance/estimate POST:estimateEnhancements:w
/enhance/models GET:enhancementModels:
/enhance/operations GET:operations:
/enhance/presets GET:presets:w POST:createPreset:w
/enhance/presets/{} GET:preset: PATCH:changePreset:w DELETE:deletePreset:
/enhance/previews POST:createEnhancementPreview:w
/enhance/previews/{} GET:enhancementPreview:
/enhance/previews/{}/cancel POST:cancelEnhancementPreview:
/enhance/previews/{}/part GET:downloadPreviewPart:f
/enhance/previews/{}/results/{} GET:downloadPreviewResult:f
/events GET:events:w
/feedback GET:feedbackGiven:wp POST:feedbackOn:w
/feedback/undo POST:undoFeedback:w
/generations GET:generations:wp POST:generate:w
/generations/{} GET:generation: DELETE:deleteGeneration:
/generations/{}/cancel POST:cancelGeneration:
/generations/{}/favourite PUT:markFavourite: DELETE:unmarkFavourite:
/generations/{}/feedback POST:feedback:w
/generations/{}/feedback/{} DELETE:deleteFeedback:w
/generations/{}/restore POST:restoreGeneration:
/generations/{}/retry POST:retryGeneration:
/generations/{}/understood GET:generationUnderstood: PATCH:correctGeneration:w
/generations/preview POST:preview:w
/invitations/accept POST:acceptInvitation:w
/learning GET:learnedWeights:wp
/learning/{}/revert POST:revertWeight:
/learning/acts GET:learningActs:wp
/learning/moves GET:weightMoves:wp
/learning/moves/{}/revert POST:revertWeightMove:
/learning/revert POST:revertLearning:w
/learning/settings GET:learningSettings:w PATCH:changeLearningSettings:w
/me GET:me: PATCH:changeMe:w
/models GET:models:wp
/notifications GET:notifications:wp
/notifications/read POST:markRead:w
/notifications/settings GET:notificationSettings: PATCH:changeNotificationSettings:w
/personas GET:personas:wp POST:createPersona:w
/personas/{} GET:persona: PATCH:changePersona:w DELETE:deletePersona:
/personas/{}/drift GET:personaDrift:w
/personas/{}/duplicate POST:duplicatePersona:w
/personas/{}/match POST:matchPersona:w
/personas/default GET:defaultPersona:w PUT:setDefaultPersona:w
/personas/merge POST:mergePersonas:w
/portfolios GET:portfolios:wp
/portfolios/{} GET:portfolio:
/portfolios/{}/cancel POST:cancelPortfolio:
/portfolios/{}/forget POST:forgetPortfolio:
/portfolios/{}/items GET:portfolioItems:wp
/portfolios/{}/personas POST:personasFromPortfolio:w
/portfolios/{}/resume POST:resumePortfolio:
/prompts GET:prompts:wp
/queue/dead GET:deadJobs:wp
/queue/dead/causes GET:deadCauses:
/queue/dead/discard POST:discardDeadJobs:w
/queue/dead/replay POST:replayDeadJobs:w
/queue/jobs GET:jobs:wp
/queue/lanes GET:lanes:
/queue/lanes/{}/pause PUT:pauseLane:w DELETE:resumeLane:
/queue/models GET:modelStandings:
/queue/teams GET:teamShares:w
/queue/teams/{} PUT:weighTeam:w
/queue/unsettled GET:queueUnsettled:
/queue/webhooks GET:courier:
/queue/workers GET:workers:
/queue/workers/{}/drain PUT:drainWorker: DELETE:employWorker:
/sessions/{} GET:session:
/sessions/{}/attendance PUT:attendSession:
/sessions/{}/end POST:endSession:
/sessions/{}/images GET:sessionImages:wp
/sessions/{}/images/{} GET:sessionImage:
/sessions/{}/present POST:presentImage:w
/sessions/{}/presenter POST:handOverSession:w
/sessions/{}/reveal POST:revealVotes:w
/sessions/{}/summary GET:sessionSummary:wf
/sessions/{}/timer POST:setSessionTimer:w
/sessions/{}/votes POST:voteInSession:w
/teams GET:teams:wp POST:createTeam:w
/teams/{} GET:team: PATCH:changeTeam:w
/teams/{}/collections GET:collections:wp POST:createCollection:w
/teams/{}/collections/{} GET:collection: PATCH:changeCollection:w DELETE:deleteCollection:
/teams/{}/collections/{}/assets GET:collectionAssets:wp POST:addToCollection:w
/teams/{}/collections/{}/assets/{} PATCH:moveInCollection:w DELETE:removeFromCollection:
/teams/{}/collections/{}/restore POST:restoreCollection:
/teams/{}/comments GET:teamComments:wp POST:createTeamComment:w
/teams/{}/comments/{} GET:teamComment: PATCH:changeTeamComment:w DELETE:deleteTeamComment:
/teams/{}/invitations GET:invitations:wp
/teams/{}/invitations/{} POST:renewInvitation: DELETE:revokeInvitation:
/teams/{}/invite POST:invite:w
/teams/{}/members GET:teamMembers:wp
/teams/{}/members/{} PUT:setTeamMember:w DELETE:deleteTeamMember:
/teams/{}/sessions GET:sessions:wp POST:openSession:w
/teams/{}/auto-enhance GET:teamAutoEnhance: PUT:setTeamAutoEnhance:w
/teams/{}/budgets GET:teamBudgets: PUT:setTeamBudget:w
/teams/{}/generations GET:teamGenerations:wp
/teams/{}/personas GET:teamPersonas:wp POST:createTeamPersona:w
/webhooks GET:webhooks:wp POST:createWebhook:w
/webhooks/{} GET:webhook: PATCH:changeWebhook:w DELETE:deleteWebhook:
/webhooks/{}/deliveries GET:webhookDeliveries:wp
/webhooks/{}/deliveries/{} GET:webhookDelivery:
/webhooks/{}/deliveries/{}/replay POST:replayWebhookDelivery:
/webhooks/{}/secret POST:renewWebhookSecret:w
/webhooks/{}/test POST:testWebhook:`;
