// Written by `manage.py write_contracts` from the API description. Change that, not this.

export const CALLS = `
0alerts G:alerts:wp
0analyze P:analyze:w
0assets G:assets:wp
1{} G:asset: A:changeAsset:w D:deleteAsset:
2against/{} G:compareAssets:
4map G:downloadDifference:f
2comments G:assetComments:w
2content G:download:wf
2promote P:promoteAsset:
2provenance G:assetProvenance:
2restore P:restoreAsset:
2thumbnail G:downloadThumbnail:wf
2understood G:assetUnderstood: A:correctAsset:w
2use P:useAsset:
2versions G:assetVersions:
0auth/tokens G:apiTokens:wp P:createApiToken:w
2{} G:apiToken: D:deleteApiToken:
0batch G:batches:wp
1{} G:batch: A:changeBatch:w D:cancelBatch:
2clone P:cloneBatch:
2contact-sheet G:downloadContactSheet:wf
2errors G:batchErrors:
2items G:batchItems:wp
2pause P:pauseBatch:
2progress G:batchProgress:
2results G:downloadBatchResults:wf
2resume P:resumeBatch:
2retry P:retryBatch:w
2start P:startBatch:
2votes G:batchVotes: P:vote:w
3next G:nextVote:
2zip G:downloadBatch:f
1estimate P:estimateBatch:w
1generate P:createBatch:w
1import/template G:downloadImportTemplate:wf
1templates G:batchTemplates:wp P:createBatchTemplate:w
2{} G:batchTemplate: D:deleteBatchTemplate:
0corrections G:corrections:wp
1{} D:deleteCorrection:
0enhance G:enhancements:wp
1{} G:enhancement: P:enhance:w
2cancel P:cancelEnhancement:
2retry P:retryEnhancement:w
1batch P:enhanceMany:w
1estimate P:estimateEnhancements:w
1models G:enhancementModels:
1operations G:operations:
1presets G:presets:w P:createPreset:w
2{} G:preset: A:changePreset:w D:deletePreset:
1previews P:createEnhancementPreview:w
2{} G:enhancementPreview:
3cancel P:cancelEnhancementPreview:
3part G:downloadPreviewPart:f
3results/{} G:downloadPreviewResult:f
0events G:events:w
0feedback G:feedbackGiven:wp P:feedbackOn:w
1undo P:undoFeedback:w
0generations G:generations:wp P:generate:w
1{} G:generation: D:deleteGeneration:
2cancel P:cancelGeneration:
2favourite U:markFavourite: D:unmarkFavourite:
2feedback P:feedback:w
3{} D:deleteFeedback:w
2restore P:restoreGeneration:
2retry P:retryGeneration:
2understood G:generationUnderstood: A:correctGeneration:w
1preview P:preview:w
0invitations/accept P:acceptInvitation:w
0learning G:learnedWeights:wp
1{}/revert P:revertWeight:
1acts G:learningActs:wp
1moves G:weightMoves:wp
2{}/revert P:revertWeightMove:
1revert P:revertLearning:w
1settings G:learningSettings:w A:changeLearningSettings:w
0me G:me: A:changeMe:w
0models G:models:wp
0notifications G:notifications:wp
1read P:markRead:w
1settings G:notificationSettings: A:changeNotificationSettings:w
0personas G:personas:wp P:createPersona:w
1{} G:persona: A:changePersona:w D:deletePersona:
2drift G:personaDrift:w
2duplicate P:duplicatePersona:w
2match P:matchPersona:w
1default G:defaultPersona:w U:setDefaultPersona:w
1merge P:mergePersonas:w
0portfolios G:portfolios:wp
1{} G:portfolio:
2cancel P:cancelPortfolio:
2forget P:forgetPortfolio:
2items G:portfolioItems:wp
2personas P:personasFromPortfolio:w
2resume P:resumePortfolio:
0prompts G:prompts:wp
0queue/dead G:deadJobs:wp
2causes G:deadCauses:
2discard P:discardDeadJobs:w
2replay P:replayDeadJobs:w
1jobs G:jobs:wp
1lanes G:lanes:
2{}/pause U:pauseLane:w D:resumeLane:
1models G:modelStandings:
1teams G:teamShares:w
2{} U:weighTeam:w
1unsettled G:queueUnsettled:
1webhooks G:courier:
1workers G:workers:
2{}/drain U:drainWorker: D:employWorker:
0sessions/{} G:session:
2attendance U:attendSession:
2end P:endSession:
2images G:sessionImages:wp
3{} G:sessionImage:
2present P:presentImage:w
2presenter P:handOverSession:w
2reveal P:revealVotes:w
2summary G:sessionSummary:wf
2timer P:setSessionTimer:w
2votes P:voteInSession:w
0teams G:teams:wp P:createTeam:w
1{} G:team: A:changeTeam:w
2audit G:teamAudit:wp
3export G:teamAuditExport:wf
2collections G:collections:wp P:createCollection:w
3{} G:collection: A:changeCollection:w D:deleteCollection:
4assets G:collectionAssets:wp P:addToCollection:w
5{} A:moveInCollection:w D:removeFromCollection:
4restore P:restoreCollection:
2comments G:teamComments:wp P:createTeamComment:w
3{} G:teamComment: A:changeTeamComment:w D:deleteTeamComment:
4history G:teamCommentHistory:wp
4reactions/{} U:reactToComment: D:takeBackReaction:
4reopen P:reopenThread:
4resolve P:resolveThread:
2invitations G:invitations:wp
3{} P:renewInvitation: D:revokeInvitation:
2invite P:invite:w
2members G:teamMembers:wp
3{} U:setTeamMember:w D:deleteTeamMember:
2sessions G:sessions:wp P:openSession:w
2auto-enhance G:teamAutoEnhance: U:setTeamAutoEnhance:w
2budgets G:teamBudgets: U:setTeamBudget:w
2generations G:teamGenerations:wp
2personas G:teamPersonas:wp P:createTeamPersona:w
0webhooks G:webhooks:wp P:createWebhook:w
1{} G:webhook: A:changeWebhook:w D:deleteWebhook:
2deliveries G:webhookDeliveries:wp
3{} G:webhookDelivery:
4replay P:replayWebhookDelivery:
2secret P:renewWebhookSecret:w
2test P:testWebhook:`;
