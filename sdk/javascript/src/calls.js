// Written by `manage.py write_contracts` from the API description. Change that, not this.

export const CALLS = `
0alerts l
0analytics/costs ganalyticsCosts
1insights ganalyticsInsights
2{}/dismiss PdismissAnalyticsInsight
3restore PrestoreAnalyticsInsight
3snooze psnoozeAnalyticsInsight
1models ganalyticsModels
1overview ganalyticsOverview
1quality ganalyticsQuality
1trends ganalyticsTrends
1uptime fanalyticsUptime
1users ganalyticsUsers
0analyze panalyze
0assets l
1{} G a D
2against/{} GcompareAssets
4map FdownloadDifference
2comments g
2content fdownload
2lineage g
2promote P
2provenance G
2restore P
2thumbnail fdownloadThumbnail
2understood G acorrectAsset
2use P
2versions G
0auth/tokens lapiTokens p
2{} GapiToken D
0batch lbatches
1{} Gbatch a DcancelBatch
2clone P
2contact-sheet fdownloadContactSheet
2errors G
2items l
2pause P
2progress G
2results fdownloadBatchResults
2resume P
2retry p
2start P
2votes G pvote
3next GnextVote
2zip FdownloadBatch
1estimate pestimateBatch
1generate pcreateBatch
1import/template fdownloadImportTemplate
1templates lbatchTemplates p
2{} GbatchTemplate D
0corrections l
1{} D
0dashboards l p
1{} G a D
0enhance lenhancements
1{} Genhancement penhance
2cancel P
2retry p
1batch penhanceMany
1estimate pestimateEnhancements
1models GenhancementModels
1operations G
1presets g pcreatePreset
2{} G a D
1previews pcreateEnhancementPreview
2{} GenhancementPreview
3cancel P
3part FdownloadPreviewPart
3results/{} FdownloadPreviewResult
0events g
0feedback lfeedbackGiven pfeedbackOn
1undo pundoFeedback
0generations l pgenerate
1{} G D
2cancel P
2favourite UmarkFavourite DunmarkFavourite
2feedback pfeedback
3{} ddeleteFeedback
2restore P
2retry P
2understood G acorrectGeneration
1preview ppreview
0invitations/accept pacceptInvitation
0learning llearnedWeights
1{}/revert PrevertWeight
1acts llearningActs
1moves lweightMoves
2{}/revert PrevertWeightMove
1revert prevertLearning
1settings glearningSettings a
0me G a
0models l
0notifications l
1read pmarkRead
1settings GnotificationSettings a
0personas l p
1{} G a D
2drift g
2duplicate p
2match p
1default gdefaultPersona u
1merge pmergePersonas
0portfolios l
1{} G
2cancel P
2forget P
2items l
2personas ppersonasFromPortfolio
2resume P
0prompts l
0queue/dead ldeadJobs
2causes GdeadCauses
2discard pdiscardDeadJobs
2replay preplayDeadJobs
1jobs l
1lanes G
2{}/pause upauseLane DresumeLane
1models GmodelStandings
1teams gteamShares
2{} uweighTeam
1unsettled GqueueUnsettled
1webhooks Gcourier
1workers G
2{}/drain UdrainWorker DemployWorker
0reports l p
1{} G D
2cancel P
2files/{} F
2resend p
1schedules lreportSchedules p
2{} GreportSchedule a D
1templates lreportTemplates p
2{} GreportTemplate a D
0sessions/{} G
2attendance UattendSession
2end P
2images l
3{} G
2present ppresentImage
2presenter phandOverSession
2reveal prevealVotes
2summary f
2timer psetSessionTimer
2votes pvoteInSession
0shared l
1{} DdeclineShared
2comments lsharedComments p
2images lsharedImages
3{}/content FdownloadShared
4thumbnail fdownloadSharedThumbnail
0teams l p
1{} G a
2activity l
2approvals lapprovals prequestApproval
3{} Gapproval
4answer p
4withdraw P
2archive P
2audit l
3export fteamAuditExport
2automations l p
3{} G a D
4runs l a
4zip f
2avatar F u D
2collections lcollections p
3{} Gcollection a D
4assets l paddToCollection
5{} amoveInCollection DremoveFromCollection
4lookbook f
4restore P
2comments l p
3{} G a D
4history l
4reactions/{} UreactToComment DtakeBackReaction
4reopen PreopenThread
4resolve PresolveThread
2defaults G a
2delete p
2export F
2hand-over phandOverTeam
2invitations linvitations
3{} PrenewInvitation DrevokeInvitation
2invite pinvite
2life G
2members l
3{} u D
2plan G
2restore P
2sessions lsessions popenSession
2shares lshares p
3{} Gshare a D
2unarchive P
2analytics g
2auto-enhance GteamAutoEnhance u
2budgets G usetTeamBudget
2generations l
2personas l p
2statements l
3{} G
4file f
1ending GteamsEnding
0webhooks l p
1{} G a D
2deliveries l
3{} GwebhookDelivery
4replay P
2secret prenewWebhookSecret
2test P`;
