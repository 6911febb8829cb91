// Written by `manage.py write_contracts` from the API description. Change that, not this.

import type { Changing, Options, Pages, Saving, Source } from "./index.js";
export type AboutEnum = "attribute" | "model";
/** One thing somebody did. `said` and `unsaid`: ids of the feedback that appeared and went by it. */
export interface Act { id: string; team: string; owner: string | null; kind: LearningActEnum; about: string; told: string; said: string[]; unsaid: string[]; undoes: string | null; undone: boolean; moves: WeightMove[]; created_at: string }
/** One thing that happened: `actor` `did` `title`. */
export interface Activity { id: string; kind: ActivityKindEnum; at: string; actor: Doer | null; did: string; title: string; whom: Doer | null; about: string; link: string; note: string; images: string[]; cost: string | null }
export type ActivityKindEnum = "generation" | "enhancement" | "upload" | "batch" | "comment" | "feedback" | "review" | "collection" | "session" | "share" | "team";
export interface AddedAnswer { added: number }
export interface AgendaImage { asset: string | null; position: number; title: string; gone: boolean; seconds: number | null; width: number | null; height: number | null; transparent: boolean | null; url: string | null; thumbnail: string | null; voted: number; tally: TallyAnswer | null; mine: MyVote | null }
export interface AgendaImageInFull { asset: string | null; position: number; title: string; gone: boolean; seconds: number | null; width: number | null; height: number | null; transparent: boolean | null; url: string | null; thumbnail: string | null; voted: number; tally: TallyAnswer | null; mine: MyVote | null; votes: SeenVote[] }
export interface Alert { id: string; kind: AlertKindEnum; level: LevelEnum; team: string | null; title: string; text: string; link: string; starts_at: string | null; ends_at: string | null; created_at: string }
export type AlertKindEnum = "provider" | "budget" | "maintenance";
export interface Analysis { understood: Record<string, Attribute> }
export interface AnalyticsAbout { from: string; to: string; interval: IntervalEnum; timezone: string; teams: string[]; costs_of: CostsOfEnum; pending: boolean; lag_seconds: number }
export interface AnalyticsAnomalies { found: AnalyticsAnomaly[]; looked: AnalyticsLooked[] }
/** A day that is far from what the team's days before it let expect. */
export interface AnalyticsAnomaly { team: string; day: string; timezone: string; metric: MetricEnum; value: number; expected: number; low: number; high: number; days: number; of: number; images: number; method: AnalyticsAnomalyMethodEnum }
export type AnalyticsAnomalyMethodEnum = "p_prime_mad" | "weekday_median_mad";
export interface AnalyticsAttribute { term: string; rate: AnalyticsRate; kind: AnalyticsAttributeKindEnum }
export type AnalyticsAttributeKindEnum = "garment" | "silhouette" | "fit" | "length" | "neckline" | "sleeves" | "fabric" | "fabric_weight" | "texture" | "finish" | "pattern" | "colours" | "construction" | "aesthetic" | "mood" | "season" | "occasion" | "formality";
/** USD: what is expected, and what is meant to hold it in 80 and in 95 of 100 cases. */
export interface AnalyticsBand { expected: string; low_80: string; high_80: string; low_95: string; high_95: string }
/** A budget and how it is used up. What is simulated counts in it, by days and months in UTC. */
export interface AnalyticsBudget { scope: AnalyticsBudgetScopeEnum; subject: string; name: string; limit: string; spent: string; simulated: string; reserved: string; left: string; end: string | null; days: AnalyticsBudgetDay[]; elsewhere: string; stopped: number; changed: string | null; unpriced: number; pace: AnalyticsPace | null; refusal: string }
/** USD that are left at the end of a day to come: in the middle, and what is meant to hold it in 80 of 100 cases. */
export interface AnalyticsBudgetAhead { day: string; expected: string; low: string; high: string }
export interface AnalyticsBudgetDay { day: string; spent: string; left: string }
export type AnalyticsBudgetScopeEnum = "team" | "batch" | "member";
/** Members who first asked for something in the same week, and how many of them did so in each week from then on. */
export interface AnalyticsCohort { week: string | null; members: number; returns: AnalyticsReturn[] }
export interface AnalyticsCostOfKind { kind: string; cost: AnalyticsMoney }
export interface AnalyticsCostOfMember { member: string | null; name: string; cost: AnalyticsMoney }
export interface AnalyticsCostOfModel { provider: string; cost: AnalyticsMoney; model: string }
export interface AnalyticsCostOfProvider { provider: string; cost: AnalyticsMoney }
export interface AnalyticsCostSpan { start: string; end: string; whole: boolean; cost: AnalyticsMoney }
export interface AnalyticsCosts { about: AnalyticsAbout; totals: AnalyticsMoney; previous: AnalyticsMoney | null; series: AnalyticsCostSpan[]; kinds: AnalyticsCostOfKind[]; providers: AnalyticsCostOfProvider[]; models: AnalyticsCostOfModel[]; members: AnalyticsCostOfMember[]; budgets: AnalyticsBudget[]; anomalies: AnalyticsAnomalies; forecast: AnalyticsForecast | null }
/** What an insight stands on. */
export interface AnalyticsEvidence { method: AnalyticsEvidenceMethodEnum; estimate: number; low: number; high: number; p: number; tests: number; level: number; from: string; to: string; timezone: string; groups: AnalyticsInsightGroup[] }
export type AnalyticsEvidenceMethodEnum = "difference_day_jackknife" | "log_day_medians_welch" | "log_ratio_day_jackknife" | "weekly_difference_day_jackknife";
export interface AnalyticsFigures { asked: number; succeeded: number; partial: number; failed: number; cancelled: number; live: number; success: AnalyticsRate; images: number; set_aside: number; simulated_images: number; rated: number; satisfaction: AnalyticsRate; rating: AnalyticsMean; quality: AnalyticsMean; cost: AnalyticsMoney | null; cost_per_image: string | null; cost_per_liked: string | null }
/** What a team may spend, worked out after each of its midnights from its last 400 days. */
export interface AnalyticsForecast { since: string; timezone: string; made_at: string; method: MethodEnum | BlankEnum; refusal: string; looked_back: number; busy: number; error: string | null; naive_error: string | null; month: AnalyticsBand | null; ahead: AnalyticsBand | null; days: AnalyticsForecastDay[] }
export interface AnalyticsForecastDay { day: string; cost: AnalyticsBand }
/** What its images were worth; of money, what was charged for images alone. */
export interface AnalyticsGarmentSlice { asked: number; success: AnalyticsRate; images: number; simulated_images: number; satisfaction: AnalyticsRate; rating: AnalyticsMean; quality: AnalyticsMean; approved: AnalyticsRate; cost: AnalyticsMoney; cost_per_image: string | null; cost_per_liked: string | null; cost_per_approved: string | null; garment: string }
export interface AnalyticsHour { weekday: number; hour: number; asked: number; images: number; rated: number; liked: number }
export interface AnalyticsInsight { id: string; team: string; kind: AnalyticsInsightKindEnum; sentence: string; images: number; since: string; told_at: string; state: AnalyticsInsightStateEnum; hidden_until: string | null; evidence: AnalyticsEvidence }
/** One side of what is compared; what is not counted of it is left out. */
export interface AnalyticsInsightGroup { name: string; provider: string; first: string; last: string; images: number; rated: number; liked: number; counted: number; cost: string; ended: number; failed: number; timed: number; seconds: number }
export type AnalyticsInsightKindEnum = "cost_per_liked" | "liking" | "failures" | "seconds" | "trend";
export interface AnalyticsInsightLook { team: string; since: string; timezone: string; lacking: AnalyticsLacking[] }
export type AnalyticsInsightStateEnum = "shown" | "snoozed" | "dismissed";
export interface AnalyticsInsights { insights: AnalyticsInsight[]; looked: AnalyticsInsightLook[] }
/** Why nothing of a kind can be told yet: there are `have` of the `need` that are needed. */
export interface AnalyticsLacking { kind: AnalyticsInsightKindEnum; have: number; need: number; said: string }
/** Seconds from the first stage to the last image of those that brought some; null of none. */
export interface AnalyticsLatency { count: number; p50: number | null; p90: number | null; p95: number | null; p99: number | null }
export interface AnalyticsLooked { team: string; since: string; timezone: string; known: Record<string, number> }
/** What its images were worth; of money, what was charged for images alone. */
export interface AnalyticsMakerSlice { asked: number; success: AnalyticsRate; images: number; simulated_images: number; satisfaction: AnalyticsRate; rating: AnalyticsMean; quality: AnalyticsMean; approved: AnalyticsRate; cost: AnalyticsMoney; cost_per_image: string | null; cost_per_liked: string | null; cost_per_approved: string | null; provider: string; model: string; simulated: boolean }
export interface AnalyticsMean { count: number; mean: number | null }
export interface AnalyticsMember { member: string | null; name: string; figures: AnalyticsFigures; days_active: number; last_active: string | null }
export interface AnalyticsModelFigures { provider: string; model: string; simulated: boolean; figures: AnalyticsFigures; latency: AnalyticsLatency; errors: Record<string, number> }
export interface AnalyticsModels { about: AnalyticsAbout; totals: AnalyticsFigures; previous: AnalyticsFigures | null; models: AnalyticsModelFigures[] }
/** USD, from the ledger alone. */
export interface AnalyticsMoney { amount: string | null; simulated: string; unpriced: number }
/** Something that another share of the generations names since `middle` than before. */
export interface AnalyticsMoved { kind: AnalyticsMovedKindEnum; term: string; rises: boolean; before: AnalyticsRate; after: AnalyticsRate; difference: number; low: number; high: number; p: number }
export type AnalyticsMovedKindEnum = "garment" | "silhouette" | "fit" | "length" | "neckline" | "sleeves" | "fabric" | "fabric_weight" | "texture" | "finish" | "pattern" | "colours" | "construction" | "aesthetic" | "mood" | "season" | "occasion" | "formality" | "word";
export interface AnalyticsOverview { about: AnalyticsAbout; totals: AnalyticsFigures; previous: AnalyticsFigures | null; latency: AnalyticsLatency; active_members: number; series: AnalyticsSpan[]; previous_series: AnalyticsSpan[] }
/** Where a budget leads, by whole weeks of its last 84 days that are drawn again and again. */
export interface AnalyticsPace { method: AnalyticsPaceMethodEnum; per_day: string; days: number; busy: number; unpriced: number; chance: number; used_up: string | null; earliest: string | null; latest: string | null; ahead: AnalyticsBudgetAhead[] }
export type AnalyticsPaceMethodEnum = "weekly_block_bootstrap";
/** What its images were worth; of money, what was charged for images alone. */
export interface AnalyticsPersonaSlice { asked: number; success: AnalyticsRate; images: number; simulated_images: number; satisfaction: AnalyticsRate; rating: AnalyticsMean; quality: AnalyticsMean; approved: AnalyticsRate; cost: AnalyticsMoney; cost_per_image: string | null; cost_per_liked: string | null; cost_per_approved: string | null; persona: string | null; name: string }
export interface AnalyticsPrompt { term: string; rate: AnalyticsRate; generation: string }
export interface AnalyticsQuality { about: AnalyticsAbout; totals: AnalyticsFigures; previous: AnalyticsFigures | null; series: AnalyticsSpan[]; models: AnalyticsModelFigures[]; personas: AnalyticsPersonaSlice[]; garments: AnalyticsGarmentSlice[]; makers: AnalyticsMakerSlice[] }
/** `numerator` of `denominator`; `low` to `high` is Wilson's 95 % interval. Null of none. */
export interface AnalyticsRate { numerator: number; denominator: number; rate: number | null; low: number | null; high: number | null }
export interface AnalyticsReturn { week: string; active: AnalyticsRate; whole: boolean }
export interface AnalyticsSpan { start: string; end: string; whole: boolean; figures: AnalyticsFigures }
export interface AnalyticsTerm { term: string; rate: AnalyticsRate }
/** What is asked for; what lies in the trash is no part of it. */
export interface AnalyticsTerms { asked: number; attributes: AnalyticsAttribute[]; words: AnalyticsTerm[]; prompts: AnalyticsPrompt[]; middle: string; moved: AnalyticsMoved[]; method: string; tests: number; lacking: string }
export interface AnalyticsTrends { about: AnalyticsAbout; totals: AnalyticsFigures; previous: AnalyticsFigures | null; hours: AnalyticsHour[]; terms: AnalyticsTerms | null }
export interface AnalyticsUptime { from: string; to: string; interval: IntervalEnum; timezone: string; since: string | null; checks: UptimeCheck[] }
export interface AnalyticsUsers { about: AnalyticsAbout; totals: AnalyticsFigures; previous: AnalyticsFigures | null; members: AnalyticsMember[]; cohorts: AnalyticsCohort[] }
export interface ApprovalAnswer { id: string; team: string; asset: string; title: string; requester: string; name: string; policy: PolicyEnum; status: ApprovalAnswerStatusEnum; note: string; checklist: string[]; due_at: string | null; overdue: boolean; reviewers: ReviewerAnswer[]; decided_at: string | null; created_at: string; updated_at: string }
export type ApprovalAnswerStatusEnum = "open" | "changes_requested" | "rejected" | "approved" | "withdrawn";
export type ApprovalEnum = "open" | "changes_requested" | "rejected" | "approved" | "withdrawn" | "re_review";
export type ApprovalVerdictEnum = "approve" | "changes_requested" | "reject";
export type AspectRatioEnum = "1:1" | "3:4" | "4:3" | "2:3" | "3:2" | "4:5" | "9:16" | "16:9";
export interface Asset { id: string; team: string; kind: AssetKindEnum; title: string; url: string; thumbnail: string; width: number; height: number; bytes: number; media_type: string; seed: number | null; simulated: boolean; parent: string | null; version_name: string; chosen: string | null; generation: string | null; provenance: Record<string, unknown>; quality: Quality | null; set_aside: boolean; facts: Record<string, unknown>; trashed_at: string | null; created_at: string }
export interface AssetEstimate { asset: string; width: number; height: number; seconds: number; cost: string; basis: Basis; steps: StepEstimate[]; operations: Record<string, unknown>[]; earlier: Earlier | null }
export type AssetKindEnum = "reference" | "generated" | "enhanced";
export interface Attempt { number: number; request_headers: Record<string, unknown>; status_code: number | null; response_headers: Record<string, unknown>; response_body: string; ms: number | null; error: Record<string, unknown> | null; created_at: string }
export interface AttendedAnswer { now: string }
export interface Attribute { value: unknown; confidence: number; source: string; reason: string; was: string }
export interface AttributeDrift { attribute: string; samples: number; divergence: number | null; noise: number | null; verdict: AttributeDriftVerdictEnum; top: string[] }
export type AttributeDriftVerdictEnum = "too_few" | "steady" | "moving" | "apart";
export interface AuditAnswer { number: number | null; action: string; subject: string; actor: string | null; facts: unknown; previous_digest: string; digest: string; created_at: string }
export interface Automation { id: string; team: string; owner: string; name: string; active: boolean; scope: AutomationScopeEnum; source: string | null; preset: string | null; preset_name: string; target: string; collection: string | null; tells_webhooks: boolean; tells_people: boolean; rests: Trouble | null; delivered: number; failed: number; live: number; created_at: string; updated_at: string }
export interface AutomationDetail { id: string; team: string; owner: string; name: string; active: boolean; scope: AutomationScopeEnum; source: string | null; preset: string | null; preset_name: string; target: string; collection: string | null; tells_webhooks: boolean; tells_people: boolean; rests: Trouble | null; delivered: number; failed: number; live: number; created_at: string; updated_at: string; estimate: AutomationEstimate | null }
/** USD. Nothing is spent. */
export interface AutomationEstimate { per_image: string; at_most: string; seconds: number; approved_lately: number; a_month: string; looked_at: number; refused: number }
export type AutomationRunStatusEnum = "waiting" | "enhancing" | "delivering" | "delivered" | "failed" | "skipped" | "cancelled";
export type AutomationScopeEnum = "team" | "collection" | "batch";
export type AutomationTargetEnum = "2K" | "4K" | "8K";
export interface Basis { kind: BasisKindEnum; runs: number }
export type BasisKindEnum = "measured" | "partly measured" | "estimated";
export interface Batch { id: string; team: string; owner: string; title: string; kind: BatchKindEnum; status: BatchStatusEnum; reason: ErrorFacts | null; counts: Counts; percent: number; estimate: CostRange; cost: string; budget: string | null; images: number; simulated: boolean; priority: number; parallelism: number; run_at: string | null; cron: string; time_zone: string; series: string | null; template: string | null; created_at: string; started_at: string | null; finished_at: string | null; links: Record<string, string> }
export interface BatchAnswer { results: Enhancement[]; refused: Refused[] }
export interface BatchDetail { id: string; team: string; owner: string; title: string; kind: BatchKindEnum; status: BatchStatusEnum; reason: ErrorFacts | null; counts: Counts; percent: number; estimate: CostRange; cost: string; budget: string | null; images: number; simulated: boolean; priority: number; parallelism: number; run_at: string | null; cron: string; time_zone: string; series: string | null; template: string | null; created_at: string; started_at: string | null; finished_at: string | null; links: Record<string, string>; waits: string; plan: Record<string, unknown> }
/** Nothing was written: what this plan would make, cost and take. */
export interface BatchEstimate { items: number; images: number; duplicates: number; cost: CostRange; simulated: boolean; seconds: Seconds; each: PriceGroup[]; fits: number; limited_by: string | null; budgets: BudgetStanding[]; warnings: string[]; preview: Previewed[] }
export type BatchItemStatusEnum = "waiting" | "queued" | "running" | "succeeded" | "failed" | "cancelled";
export type BatchKindEnum = "generate" | "enhance";
export type BatchStatusEnum = "draft" | "scheduled" | "running" | "paused" | "completed" | "partial" | "failed" | "cancelled";
export type BlankEnum = "";
export interface Box { left: number; top: number; width: number; height: number }
export interface BudgetStanding { scope: string; limit: string; spent: string; reserved: string; left: string }
export interface Budgets { month: string; team: Standing | null; every_member: string | null; members: MemberStanding[] }
export interface Call { number: number; step: string; provider: string; model: string; price: string | null; outcome: CallOutcomeEnum; reference: string; error: ProblemNote | null; created_at: string }
export type CallOutcomeEnum = "started" | "succeeded" | "failed" | "unknown" | "superseded";
/** What a model can do; what it cannot is said before anything is spent. */
export interface Capabilities { seed: boolean; negative_prompt: boolean; references: boolean; max_references: number; min_references: number; edits: boolean; recolours: boolean; by_name: boolean; max_images: number; ratios: string[]; max_pixels: number; idempotency: string; images_per_call: number; exact_size: boolean; qualities: string[] }
export interface Cause { kind: string; code: string | null; count: number }
export interface CauseList { results: Cause[] }
export interface CellError { line: number; column: string; code: string; message: string }
/** One measure of an image. `unknown` is no fault: the check could not tell. */
export interface Check { name: string; verdict: CheckVerdictEnum; value: number | null; unit: string; basis: string; source: string; said: string; score: number | null }
export type CheckVerdictEnum = "ok" | "warn" | "failed" | "unknown";
export type ChoiceEnum = "left" | "right" | "tie";
export type CircuitEnum = "closed" | "open" | "trial";
/** A look: pictures that belong together. */
export interface Cluster { key: number; name: string; count: number; weight: number; signature: Trait[]; exemplars: string[]; distributions: Record<string, unknown>; read: Record<string, number>; weights: Record<string, unknown>; palette: Record<string, unknown>[]; cohesion: number | null; confidence: number; basis: string }
export interface CollectedAnswer { asset: string; position: number; title: string; width: number; height: number; thumbnail: string; added_by: string | null; added_at: string }
export interface CollectionAnswer { id: string; team: string; name: string; owner: string; images: number; cover: string | null; trashed_at: string | null; created_at: string; updated_at: string }
/** Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field. */
export interface ColourRequestRequest { name?: string; hex?: string }
export interface Column { column: string; field: string | null; slot: string | null; explanation: string }
export interface CommentAnswer { id: string; team: string; asset: string | null; collection: string | null; batch: string | null; author: string; name: string; text: string; pin: Pin | null; reply_to: string | null; answers: number; mentions: MentionAnswer[]; reactions: SignAnswer[]; resolved_at: string | null; resolved_by: string | null; edited_at: string | null; deleted_at: string | null; created_at: string; updated_at: string; guest: boolean }
export interface Correction { id: string; team: string; owner: string; attribute: string; before: unknown; after: unknown; read_from: string; asset: string | null; generation: string | null; created_at: string }
export type CostsOfEnum = "team" | "own" | "both";
export interface Count { runs: number }
export interface Counts { total: number; waiting: number; queued: number; running: number; succeeded: number; failed: number; cancelled: number }
export interface Courier { due: number; oldest_due: string | null; later: number; sending: number; given_up: number; delivered_per_minute: number; webhooks_on: number; webhooks_failing: number; webhooks_off: number }
export interface Credentials { state: CredentialsStateEnum; signer: string; issuer: string; algorithm: string; actions: SignedAction[]; parents: number; problems: string[]; details: string[] }
export type CredentialsStateEnum = "valid" | "unsigned" | "broken" | "unavailable";
/** Where the crop of a recipe would cut, looked for in a small view of the whole; or why it cannot be. */
export interface Crop { shape: string; box: Box; of: Size; guides: Guides; error: PreviewProblem }
export interface Dashboard { id: string; team: string; owner: string; name: string; shared: boolean; days: number; widgets: DashboardWidgetShown[]; created_at: string; updated_at: string }
/** One figure of a board; what it is narrowed by is left out where it is not. */
export interface DashboardWidgetRequest { id?: string; kind: string; provider?: string; model?: string; member?: string; simulated?: SimulatedEnum; kind_of_cost?: KindOfCostEnum }
export interface DashboardWidgetShown { id: string; kind: string; provider: string; model: string; member: string; simulated: string; kind_of_cost: string }
export type DaysEnum = 7 | 30 | 90 | 365;
export interface DeadJob { id: string; kind: string; lane: LaneEnum; team: string; payload: Record<string, string>; attempts: number; deaths: number; error: JobProblem; calls: Call[]; created_at: string; finished_at: string | null }
export interface DefaultAnswer { team: string; persona: Persona | null }
export interface DefaultChoiceAnswer { value: string; label: string }
export interface Delivery { id: string; message_id: string; type: string; channel: string; seq: number; status: WebhookDeliveryStatusEnum; tries: number; attempts: number; next_at: string; happened_at: string; finished_at: string | null; created_at: string }
export interface DeliveryDetail { id: string; message_id: string; type: string; channel: string; seq: number; status: WebhookDeliveryStatusEnum; tries: number; attempts: number; next_at: string; happened_at: string; finished_at: string | null; created_at: string; body: string; data: Record<string, unknown>; calls: Attempt[] }
export interface DiscardAnswer { discarded: number }
export interface Doer { id: string; name: string }
export interface Drift { basis: string; minimum: number; months: MonthDrift[] }
export interface Duplicate { line: number; same_as: number }
export interface Earlier { enhancement: string; result: string }
export interface Enhancement { id: string; team: string; status: EnhancementStatusEnum; percent: number; operations: Record<string, unknown>[]; preset: Record<string, unknown> | null; steps: Step[]; queue: Queue | null; remaining: Remaining | null; facts: unknown; source: Asset; result: Asset | null; cost: string | null; error: Record<string, unknown> | null; created_at: string; started_at: string | null; finished_at: string | null }
export interface EnhancementModel { name: string; title: string; purpose: string; scale: number; architecture: string; licence: string; size: number; state: string; note: string; available: boolean }
export interface EnhancementPreview { id: string; asset: string; status: EnhancementStatusEnum; box: Box; url: string | null; recipes: Trial[]; error: PreviewProblem | null; created_at: string }
export type EnhancementStatusEnum = "queued" | "running" | "succeeded" | "failed" | "cancelled";
export interface ErrorFacts { code: string; message: string; remedy: string }
export interface ErrorGroup { code: string; message: string; remedy: string; count: number; positions: number[] }
export interface Estimate { provider: string; model: string; title: string; n: number; shown: number; reading: string; follows: string; following: string; unit_price: string; total: string; most: string; seconds: number; simulated: boolean; reason: string; warnings: string[]; parts: Record<string, number>; alternatives: Record<string, unknown>[]; excluded: Record<string, unknown>[] }
export interface EstimateAnswer { assets: AssetEstimate[]; refused: Refused[]; seconds: number; cost: string; basis: Basis; queue: Lane }
export interface EventOut { seq: number; event: string; at: string; data: Record<string, unknown> }
/** A page of the log. `resync`: what followed `after` is gone; read the subject itself anew. */
export interface EventPage { channel: string; epoch: string; seq: number; resync: boolean; next: number | null; results: EventOut[] }
/** Another model that stepped in; prices in USD per image. */
export interface Fallback { provider: string; model: string; instead_of: string; title: string; title_before: string; code: string; reason: string; note: string; unit_price: string; unit_price_before: string; from_image: number }
export interface Feedback { id: string; generation: string; asset: string; kind: FeedbackKindEnum; rating: number | null; text: string; moved: Move[]; created_at: string }
export type FeedbackKindEnum = "like" | "dislike" | "pick" | "rating" | "comment";
/** Of both at the smaller of their sizes. `reason` says why there are none, and is empty where there are. */
export interface Figures { width: number | null; height: number | null; psnr: number | null; ssim: number | null; delta_e_mean: number | null; delta_e_p99: number | null; faithful: boolean | null; sharpness_before: number | null; sharpness_after: number | null; reason: string }
export interface FileFacts { digital_source_type: string; model: string; prompt_sha256: string; parent: string; operations: string; program: string }
export interface Generation { id: string; team: string; status: GenerationStatusEnum; stage: StageEnum | BlankEnum; percent: number; brief: string; persona: string | null; source: string | null; mode: GenerationModeEnum | BlankEnum; understood: Record<string, unknown>; told: Told[]; prompt: string; negative_prompt: string; provider: string; model: string; fallbacks: Fallback[]; seed: number | null; estimate: string | null; cost: string | null; unsettled: boolean; simulated: boolean; assets: Asset[]; set_aside: Asset[]; stages: Stage[]; error: ErrorFacts | null; waits: Wait | null; stopping: boolean; links: Links; created_at: string; started_at: string | null; finished_at: string | null }
export type GenerationModeEnum = "variation" | "similar" | "edit" | "remix";
export type GenerationRequestModeEnum = "variation" | "similar" | "edit" | "remix";
export type GenerationStatusEnum = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";
export interface Given { act: Act; feedback: Feedback[] }
export interface GuestAnswer { id: string; text: string; name: string; guest: boolean; reply_to: string | null; created_at: string }
/** What to draw over the frame, in shares of its sides. */
export interface Guides { thirds: number[]; centre: number; faces: Record<string, unknown>[]; subject: Record<string, unknown> | null }
export type HeldEnum = "paused" | "no_worker";
export interface HeldJob { id: string; kind: string; lane: LaneEnum; team: string; attempts: number; started_at: string | null; lease_expires_at: string | null }
/** Nothing is spent: send `id` as the plan's `sheet` to use the rows that are right. */
export interface Import { id: string | null; name: string; format: string; encoding: string; delimiter: string; rows: number; wrong: number; columns: Column[]; errors: CellError[]; duplicates: Duplicate[]; unbriefed: number[]; preview: PreviewRow[] }
export type IntervalEnum = "hour" | "day" | "week" | "month";
export interface InvitationAnswer { id: string; email: string; role: RoleEnum; state: InvitationStateEnum; by_mail: boolean; inviter: string; created_at: string; renewed_at: string; mailed_at: string | null; returned: boolean; expires_at: string; accepted_at: string | null; revoked_at: string | null }
export interface InvitationMade { id: string; email: string; role: RoleEnum; state: InvitationStateEnum; by_mail: boolean; inviter: string; created_at: string; renewed_at: string; mailed_at: string | null; returned: boolean; expires_at: string; accepted_at: string | null; revoked_at: string | null; link: string | null }
export type InvitationStateEnum = "open" | "accepted" | "revoked" | "expired";
export interface Item { id: string; position: number; status: BatchItemStatusEnum; label: Record<string, unknown>; brief: string; arm: string; cost: string; estimate: CostRange; provider: string; model: string; generation: string | null; enhancement: string | null; assets: ItemAsset[]; error: ErrorFacts | null; tries: number; started_at: string | null; finished_at: string | null }
export interface ItemAsset { id: string; thumbnail: string; width: number; height: number }
export interface JobProblem { code: string; message: string; remedy: string; detail: string }
export interface Joined { team: string; user: string; name: string; email: string; role: RoleEnum; joined_at: string }
export type JustWordsEnum = "count" | "model";
export type KindOfCostEnum = "generation" | "analysis" | "prompting" | "enhancement" | "storage" | "adjustment";
export interface Lane { waiting: number; seconds: number | null; workers: number; held: HeldEnum | BlankEnum }
export type LaneEnum = "interactive" | "batch" | "gpu" | "io" | "remote";
export interface LaneList { results: LaneNow[] }
export interface LaneNow { name: string; waiting: number; oldest: string | null; running: number; per_minute: number; later: number; dead: number; pause: Pause | null }
export type LearningActEnum = "give" | "withdraw" | "revert" | "undo";
export interface Left { requests: number | null; images: number | null }
export type LevelEnum = "info" | "warning" | "error";
export interface LifeAnswer { id: string; name: string; slug: string; role: RoleEnum; state: LifeAnswerStateEnum; archived_at: string | null; ends_at: string | null }
export type LifeAnswerStateEnum = "open" | "archived" | "deleted";
export type LifecycleEnum = "active" | "deprecated" | "retired";
/** 0: no limit is known. */
export interface Limits { requests_per_minute: number; images_per_minute: number; concurrent: number }
export interface LimitsAnswer { seats: number | null; storage: number | null; parallel: number | null }
export type LimitsScopeEnum = "model" | "account";
/** The steps, each after that from which it comes. */
export interface LineageAnswer { asset: string; count: number; cut: boolean; steps: LineageStep[] }
/** One image. Of one that you may not see only that it is there: `id` is null, and so is all else. */
export interface LineageImage { id: string | null; title: string; version_name: string; thumbnail: string | null; width: number | null; height: number | null; cost: string | null; simulated: boolean; approval: ApprovalEnum | BlankEnum; in_use: boolean; set_aside: boolean; trashed: boolean; more: number }
/** What was done once, and the images that came of it. */
export interface LineageStep { made_from: string | null; kind: LineageStepKindEnum; id: string | null; said: string; words: string; by: Maker | null; at: string | null; cost: string | null; also_from: (string | null)[]; images: LineageImage[] }
export type LineageStepKindEnum = "upload" | "generation" | "variation" | "similar" | "edit" | "remix" | "enhancement" | "hidden";
export interface Links { self: string; cancel: string; retry: string; feedback: string; channel: string }
export interface Maker { id: string; name: string }
export interface MatchAnswer { persona: string; score: number; parts: Record<string, number>; strength: number; adjustments: Record<string, unknown>[] }
export interface Me { id: string; email: string; name: string; timezone: string; teams: MyTeam[]; created_at: string }
export interface MemberAnswer { user: string; name: string; email: string; role: RoleEnum; joined_at: string }
/** USD. `reserved` is set aside for work that is under way; null is no limit. */
export interface MemberStanding { limit: string | null; spent: string; reserved: string; left: string | null; member: string; name: string }
export interface MentionAnswer { user: string; name: string }
export type MethodEnum = "ets";
export type MetricEnum = "cost" | "failures" | "seconds";
export interface Model { id: string; kind: ModelKindEnum; provider: string; model: string; family: string; title: string; lifecycle: LifecycleEnum; ends_on: string | null; successor: string | null; ratios: string[]; max_pixels: number; quality: number; latency_seconds: number; unit_price: string | null; available: boolean; remedy: string; capabilities: Capabilities | null; warning: string; created_at: string }
export type ModelKindEnum = "image" | "enhancement" | "language";
export interface ModelLimits { written: Limits; learned: Limits; left: Left; running: number; waiting: number; paused_until: string | null }
export interface ModelNow { provider: string; model: string; title: string; circuit: CircuitEnum; why: string; failures: number; success: number; seconds: number | null; last_error: string; last_error_at: string | null; resting_until: string | null; limits_scope: LimitsScopeEnum; limits: ModelLimits | null }
export interface ModelNowList { results: ModelNow[] }
export interface MonthDrift { month: string; images: number; divergence: number | null; attributes: AttributeDrift[] }
export interface Move { key: string; before: Record<string, unknown>; after: Record<string, unknown> }
export interface MyTeam { id: string; name: string; slug: string; personal: boolean; role: string }
export interface MyVote { choice: SessionVoteEnum; note: string }
export interface NewTokenAnswer { id: string; name: string; prefix: string; scopes: ScopesEnum[]; created_at: string; expires_at: string | null; revoked_at: string | null; last_used_at: string | null; token: string }
export interface NewWebhook { id: string; team: string; name: string; url: string; events: string[]; status: WebhookStatusEnum; why: WhyEnum | BlankEnum; failing_since: string | null; old_secret_until: string | null; created_at: string; updated_at: string; secret: string }
export interface NextPair { next: Pair | null }
export interface Notification { id: string; team: string; kind: string; subject: string; title: string; body: string; link: string; read_at: string | null; created_at: string }
export type NullEnum = null;
export interface Operation { name: string; title: string; position: number; parameters: Record<string, unknown>[]; available: boolean; reason: string }
export interface OutcomeLine { position: number; asset: string | null; title: string; seconds: number; outcome: OutcomeLineOutcomeEnum; tally: TallyAnswer; votes: SeenVote[] }
export type OutcomeLineOutcomeEnum = "yes" | "no" | "perhaps" | "tie" | "none";
export type OwnRoleEnum = "admin" | "editor" | "viewer";
export type PaceEnum = "at_once" | "hourly" | "daily" | "weekly";
export interface Pair { pair: number; brief: string; left: ItemAsset[]; right: ItemAsset[] }
export interface Pause { paused_at: string; reason: string }
export interface PersonLine { user: string; name: string; role: string | null; seconds: number }
export interface Persona { id: string; team: string; name: string; description: string; keywords: Record<string, unknown>; attributes: Record<string, unknown>; weights: Record<string, Record<string, number>>; palette: unknown[]; distributions: Record<string, unknown>; exemplars: string[]; evidence: number; confidence: number | null; origin: Record<string, unknown>; starter: boolean; version: number; created_at: string }
/** One just made from words. */
export interface PersonaMade { id: string; team: string; name: string; description: string; keywords: Record<string, unknown>; attributes: Record<string, unknown>; weights: Record<string, Record<string, number>>; palette: unknown[]; distributions: Record<string, unknown>; exemplars: string[]; evidence: number; confidence: number | null; origin: Record<string, unknown>; starter: boolean; version: number; created_at: string; notes: string[] }
/** Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field. */
export interface PickRequestRequest { cluster: number; name?: string }
/** A spot of the picture, or with a width and a height a region of it: shares of its sides. */
export interface Pin { x: number; y: number; width: number; height: number }
/** A spot of the picture, or with a width and a height a region of it: shares of its sides. */
export interface PinRequest { x: number; y: number; width?: number; height?: number }
export interface PlanAnswer { limits: LimitsAnswer; use: UseAnswer }
export type PolicyEnum = "all_of" | "one_of" | "owner_last";
export interface Portfolio { id: string; team: string; title: string; status: GenerationStatusEnum; percent: number; total: number; read: number; duplicates: number; refused: number; ignored: number; left_out: number; clusters: Cluster[]; rule: string; error: Record<string, unknown> | null; can_go_on: boolean; created_at: string; started_at: string | null; finished_at: string | null }
export interface PortfolioItem { id: string; position: number; path: string; status: PortfolioItemStatusEnum; code: string; reason: string; asset: string | null; cluster: number | null }
export type PortfolioItemStatusEnum = "waiting" | "read" | "duplicate" | "refused" | "ignored";
export interface PresentAnswer { asset: string; position: number }
export interface PresenterAnswer { id: string | null; name: string }
export interface Preset { id: string; team: string | null; owner: string | null; name: string; description: string; operations: Record<string, unknown>[]; version: number; starter: boolean }
export interface Preview { understood: Record<string, Attribute>; told: Told[]; prompt: string; negative_prompt: string; parts: Record<string, unknown>[]; draw: number; estimate: Estimate }
export interface PreviewProblem { code: string; message: string; remedy: string }
export interface PreviewRow { line: number; row: Record<string, unknown> }
export interface Previewed { position: number; label: Record<string, unknown>; brief: string; model: string; low: string; high: string }
/** Items of one price. */
export interface PriceGroup { count: number; provider: string; model: string; title: string; images: number; low: string; high: string; seconds: number; simulated: boolean }
export interface ProblemNote { code: string; message: string; remedy: string }
export interface Progress { status: string; reason: ErrorFacts | null; counts: Counts; percent: number; cost: string; waits: string; per_minute: number | null; remaining_seconds: number | null; providers: ProviderState[] }
/** What was asked and what it became. */
export interface Prompt { id: string; brief: string; prompt: string; negative_prompt: string; provider: string; model: string; favourite: boolean; created_at: string }
/** What the stored file says, read and checked now. */
export interface Provenance { file: FileFacts | null; intact: boolean; credentials: Credentials; origin: Record<string, unknown>; summary: string }
export interface ProviderState { provider: string; model: string; total: number; succeeded: number; failed: number; in_flight: number; cost: string; healthy: boolean; last_error: string; waits: string }
export interface Quality { checks: Check[]; score: number | null; formula: string; simulated: boolean; selection: ModelSelection }
export type QualityEnum = "draft" | "standard" | "high";
export interface Queue { position: number; seconds: number | null; workers: number; held: HeldEnum | BlankEnum }
export interface QueuedJob { id: string; kind: string; lane: LaneEnum; priority: number; status: QueuedJobStatusEnum; team: string; payload: unknown; attempts: number; failures: number; deaths: number; worker: string; error: JobProblem | null; scheduled_at: string; created_at: string; started_at: string | null; finished_at: string | null }
export type QueuedJobStatusEnum = "scheduled" | "queued" | "leased" | "retrying" | "succeeded" | "failed" | "dead" | "cancelled";
export interface CostRange { low: string; high: string }
export interface ReadAnswer { read: number }
/** A recipe: its operations, or the id of a preset. */
export interface RecipeRequestRequest { operations?: Record<string, unknown>[] | null; preset?: string | null }
export interface Refused { asset: string; code: string; field: string | null; message: string; remedy: string; enhancement: string }
export interface Remaining { seconds: number | null; kind: RemainingKindEnum; runs: number; again_in: number }
export type RemainingKindEnum = "measured" | "partly measured" | "estimated" | "overdue" | "retry" | "paused" | "no_worker" | "held";
export interface ReplayAnswer { replayed: number; left: number; why: string }
export interface Report { id: string; team: string; owner: string; schedule: string | null; title: string; kind: ReportKindEnum; from: string; to: string; timezone: string; sections: ReportSectionEnum[]; template: string | null; costs: ReportCostsEnum; status: ReportStatusEnum; percent: number; error: ReportError | null; note: string; files: ReportFile[]; created_at: string; finished_at: string | null }
export type ReportCadenceEnum = "daily" | "weekly" | "monthly";
export type ReportCostsEnum = "none" | "own" | "team";
export interface ReportDelivery { id: string; member: string | null; address: string; status: ReportMailEnum; tries: number; error: ReportError | null; created_at: string; sent_at: string | null }
export interface ReportDetail { id: string; team: string; owner: string; schedule: string | null; title: string; kind: ReportKindEnum; from: string; to: string; timezone: string; sections: ReportSectionEnum[]; template: string | null; costs: ReportCostsEnum; status: ReportStatusEnum; percent: number; error: ReportError | null; note: string; files: ReportFile[]; created_at: string; finished_at: string | null; sentences: string[]; figures: ReportFigure[]; deliveries: ReportDelivery[] }
export interface ReportError { code: string; message: string; remedy: string }
/** A key figure in words, with what it stands on and what it was before. */
export interface ReportFigure { label: string; value: string; basis: string; before: string; href: string }
export interface ReportFile { name: string; type: string; bytes: number; url: string }
export type ReportKindEnum = "daily" | "weekly" | "monthly" | "custom";
export type ReportMailEnum = "waiting" | "sending" | "sent" | "failed" | "refused" | "barred" | "unsubscribed";
export interface ReportSchedule { id: string; team: string; owner: string; cadence: ReportCadenceEnum; hour: number; weekday: number; day: number; timezone: string; sections: ReportSectionEnum[]; template: string | null; members: string[]; addresses: string[]; active: boolean; why: string; next_at: string; created_at: string; updated_at: string }
export type ReportSectionEnum = "costs" | "quality" | "models" | "members" | "images";
export type ReportStatusEnum = "queued" | "running" | "done" | "failed" | "cancelled";
export interface ReportTemplate { id: string; team: string; owner: string; name: string; title: string; introduction: string; sections: ReportSectionEnum[]; cover: boolean; created_at: string; updated_at: string }
export interface Resent { count: number }
/** Which arm was which, now that the vote is cast. */
export interface Revealed { left: string; right: string }
export interface ReviewerAnswer { user: string; name: string; verdict: ApprovalVerdictEnum | BlankEnum; note: string; checked: number[]; present: boolean; answered_at: string | null }
export type RightsEnum = "view" | "comment" | "download";
export type RoleEnum = "owner" | "admin" | "editor" | "viewer";
export interface Run { id: string; asset: string; approval: string; status: AutomationRunStatusEnum; percent: number; enhancement: string | null; result: string | null; cost: string; error: Trouble | null; tries: number; told: number; created_at: string; finished_at: string | null }
export type RunsChangeActionEnum = "cancel" | "retry";
export type ScopeEnum = "team" | "member";
export type ScopesEnum = "read" | "write" | "admin";
export interface Seconds { low: number; high: number }
export interface SeenVote { user: string; name: string; choice: SessionVoteEnum | NullEnum; note: string }
export interface ModelSelection { rank: number; of: number; reason: string }
/** The truth now; what the channel's snapshot says too. */
export interface SessionAnswer { id: string; title: string; status: SessionStatusEnum; collection: string | null; presenter: PresenterAnswer; present: PresentAnswer | null; images: number; votes_hidden: boolean; timer: TimerAnswer; now: string; ended_at: string | null }
export interface SessionLine { id: string; team: string; collection: string | null; title: string; status: SessionStatusEnum; owner: string; presenter: string | null; created_at: string; ended_at: string | null }
export type SessionStatusEnum = "open" | "ended";
export type SessionVoteEnum = "yes" | "no" | "perhaps";
export interface Settings { team: string; exploration: number; default: number; half_life_days: number; min_sample: number }
export interface Share { id: string; name: string; weight: number; waiting: number; running: number }
export interface ShareAnswer { id: string; team: string; kind: ShareKindEnum; about: string; way: WayEnum; email: string; to_team: string | null; sharer: string; name: string; rights: RightsEnum[]; with_briefs: boolean; with_names: boolean; locked: boolean; wrong_passwords: number; closed: boolean; state: ShareStateEnum; openings: number; opened_at: string | null; expires_at: string; revoked_at: string | null; created_at: string }
export type ShareKindEnum = "asset" | "collection" | "batch";
export interface ShareList { results: Share[] }
export interface ShareMade { id: string; team: string; kind: ShareKindEnum; about: string; way: WayEnum; email: string; to_team: string | null; sharer: string; name: string; rights: RightsEnum[]; with_briefs: boolean; with_names: boolean; locked: boolean; wrong_passwords: number; closed: boolean; state: ShareStateEnum; openings: number; opened_at: string | null; expires_at: string; revoked_at: string | null; created_at: string; link: string | null }
export type ShareStateEnum = "open" | "resting" | "expired" | "revoked";
export interface SharedAnswer { id: string; kind: ShareKindEnum; name: string; sharer: string; rights: RightsEnum[]; page: string; expires_at: string; created_at: string }
export interface SharedImage { id: string; name: string; width: number; height: number; thumbnail: string; url: string | null }
export interface SignAnswer { sign: SignEnum; count: number; mine: boolean }
export type SignEnum = "agree" | "love" | "celebrate" | "smile" | "looking" | "done";
export interface SignedAction { action: string; digital_source_type: string }
export type SimulatedEnum = "yes" | "no";
export interface Size { width: number; height: number }
/** The middle of the part, in shares of width and height. */
export interface SpotRequest { x: number; y: number }
export interface Stage { name: StageEnum; status: StageStatusEnum; started_at: string; finished_at: string | null; cost: string; output: unknown }
export type StageEnum = "analysis" | "prompting" | "persona" | "routing" | "optimisation" | "generation";
export type StageStatusEnum = "running" | "succeeded" | "failed" | "cancelled";
/** USD. `reserved` is set aside for work that is under way; null is no limit. */
export interface Standing { limit: string | null; spent: string; reserved: string; left: string | null }
/** USD, exact. `owed` was paid to providers; `simulated` to nobody; `late` is what of both is of earlier months. */
export interface StatementAnswer { id: string; team: string; number: number; month: string; called: string; charges: number; owed: string; simulated: string; late: string; created_at: string }
export interface StatementLine { id: string; name: string; note: string; charges: number; owed: string; simulated: string }
/** The lines of each of the first four add up to the whole; corrections and what is late stand in them too. */
export interface StatementLines { kinds: StatementLine[]; models: StatementLine[]; members: StatementLine[]; batches: StatementLine[]; corrections: StatementLine[]; late: StatementLine[] }
/** USD, exact. `owed` was paid to providers; `simulated` to nobody; `late` is what of both is of earlier months. */
export interface StatementWhole { id: string; team: string; number: number; month: string; called: string; charges: number; owed: string; simulated: string; late: string; created_at: string; lines: StatementLines }
/** One operation: what was promised and what became of it. Seconds are null until they are known. */
export interface Step { name: string; title: string; status: StepStatusEnum; provider: string | null; model: string | null; cost: string | null; seconds_quoted: number | null; seconds: number | null; width: number | null; height: number | null; facts: Record<string, unknown> }
export interface StepEstimate { name: string; title: string; seconds: number; width: number; height: number; provider: string; model: string; engine: string; cost: string; most: string }
export type StepStatusEnum = "waiting" | "running" | "done" | "skipped";
export type StrategyEnum = "balanced" | "quality" | "cost" | "speed" | "cheapest" | "load_balanced" | "custom";
export interface SummaryAnswer { people: PersonLine[]; images: OutcomeLine[]; totals: TotalsAnswer }
export interface TallyAnswer { yes: number; no: number; perhaps: number }
export interface TeamAnswer { id: string; name: string; slug: string; personal: boolean; role: RoleEnum; time_zone: string; keep_exif: boolean; share_links: boolean; avatar: string | null; archived_at: string | null; created_at: string; updated_at: string }
export interface TeamDefaultAnswer { name: string; label: string; value: string; usual: string; choices: DefaultChoiceAnswer[]; colour: boolean }
export interface Template { id: string; team: string; owner: string; name: string; plan: Record<string, unknown>; created_at: string }
export interface ThreadAnswer { comment: CommentAnswer; answers: CommentAnswer[]; hidden: number; number: number; place: Pin | null; lost: boolean }
export interface ThreadPage { results: ThreadAnswer[]; older: string | null }
export interface TimerAnswer { seconds: number; running: boolean; ends_at: string | null; left: number; at: string }
export type TimerWishActionEnum = "start" | "pause" | "reset";
export interface TokenAnswer { id: string; name: string; prefix: string; scopes: ScopesEnum[]; created_at: string; expires_at: string | null; revoked_at: string | null; last_used_at: string | null }
/** What the words of the brief order, beside the garment. */
export interface Told { name: string; phrase: string; value: unknown; used: boolean; note: string }
export interface TotalsAnswer { images: number; votes: number; seconds: number }
export interface Trait { attribute: string; value: string; count: number; read: number; share: number; lift: number }
/** One recipe: what it would come to for the whole, and the part as it made it (null until it has). */
export interface Trial { name: string; operations: Record<string, unknown>[]; notes: string[]; whole: Whole; url: string | null; width: number | null; height: number | null; seconds: number | null; error: PreviewProblem | null; crop: Crop | null }
export interface Trouble { code: string; message: string; remedy: string }
export interface Understood { understood: Record<string, Attribute> }
export interface Unsettled { provider: string; model: string; calls: number; price: string | null; since: string }
export interface UnsettledList { results: Unsettled[] }
export interface UptimeCheck { name: UptimeCheckNameEnum; up: AnalyticsRate; missing: number; latency: AnalyticsLatency; series: UptimeStep[] }
export type UptimeCheckNameEnum = "web" | "database" | "redis" | "storage";
export interface UptimeStep { start: string; end: string; whole: boolean; up: AnalyticsRate }
export interface UseAnswer { seats: number; storage: number; pictures: number }
export interface UsualAnswer { preset: Preset | null }
export interface Verdict { a: number; b: number; ties: number; share_of_a: number | null; interval: number[] | null; a_is_better: number; winner: string | null; basis: string; voters: number; pairs: number; mine: number }
export interface VersusAnswer { before: string; after: string; figures: Figures }
export interface Wait { code: string; message: string; remedy: string; again_at: string }
export type WayEnum = "link" | "person" | "team";
/** Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field. */
export interface Ways { in_app: boolean; mail: boolean; pace: PaceEnum }
/** Refuses unknown fields, unfit text and, in JSON, words or numbers for true and false; 400 naming the field. */
export interface WaysRequest { in_app: boolean; mail: boolean; pace?: PaceEnum }
export interface Webhook { id: string; team: string; name: string; url: string; events: string[]; status: WebhookStatusEnum; why: WhyEnum | BlankEnum; failing_since: string | null; old_secret_until: string | null; created_at: string; updated_at: string }
export type WebhookDeliveryStatusEnum = "waiting" | "sending" | "delivered" | "dead";
export type WebhookStatusEnum = "enabled" | "disabled" | "removed";
/** A weight as it stands today. `value` is null under `min_sample` observations; `low` to `high` hold 80 % of what is likely; `numerator` and `denominator` are what was liked and seen, faded with time; of the observations all that one person said of one image is one (`observed`). */
export interface Weight { id: string; team: string; key: string; label: string; about: AboutEnum; persona: string | null; mean: number; low: number; high: number; value: number | null; numerator: number; denominator: number; observed: number; min_sample: number; words: string; moved_at: string | null }
/** How one act moved one weight; means in 0..1 as they stood then. */
export interface WeightMove { id: string; act: string; key: string; label: string; before: number; after: number; alpha_before: number; beta_before: number; alpha_after: number; beta_after: number; created_at: string }
/** What the recipe would come to for the whole image; with a crop at most, until its place is found in the view. */
export interface Whole { seconds: number; cost: string; basis: Basis; width: number; height: number }
export type WhyEnum = "person" | "gone" | "failing" | "owner_left";
export interface WishAnswer { generation: Ways; follow_up: Ways; batch: Ways; comment: Ways; mention: Ways; approval: Ways; approval_due: Ways; alert: Ways; session: Ways; persona: Ways; member: Ways; team: Ways; report: Ways; statement: Ways; activity: Ways; automation: Ways; webhook: Ways; daily_hour: number }
export interface WordingAnswer { text: string; said_at: string; until: string }
export interface Worker { id: string; name: string; state: WorkerStateEnum; lanes: string[]; processes: number; abilities: Record<string, string[]>; started_at: string; beat_at: string; draining_since: string | null; jobs: HeldJob[] }
export interface WorkerList { results: Worker[] }
export type WorkerStateEnum = "working" | "idle" | "draining" | "drained" | "silent";
export interface SnoozeAnalyticsInsightWish { days?: number }
export interface AnalyzeWish { brief?: string; references?: string[] }
export interface UploadWish { team?: string }
export interface ChangeAssetWish { version_name?: string }
export interface CorrectAssetWish { corrections?: Record<string, unknown> }
export interface CreateApiTokenWish { email?: string; password?: string; name: string; scopes?: ScopesEnum[]; expires_in_days?: number }
export interface ChangeBatchWish { title?: string; budget?: string | null; parallelism?: number; priority?: number }
export interface RetryBatchWish { unknown?: boolean }
export interface VoteWish { pair: number; choice: ChoiceEnum }
export interface EstimateBatchWish { plan: Record<string, unknown>; team?: string | null; title?: string; budget?: string | null; parallelism?: number; priority?: number; run_at?: string | null; cron?: string; time_zone?: string; template?: string | null; start?: boolean }
export interface CreateBatchWish { plan: Record<string, unknown>; team?: string | null; title?: string; budget?: string | null; parallelism?: number; priority?: number; run_at?: string | null; cron?: string; time_zone?: string; template?: string | null; start?: boolean }
export interface ImportRowsWish { team?: string; mapping?: Record<string, string> }
export interface CreateBatchTemplateWish { name: string; plan: Record<string, unknown>; team?: string | null }
export interface CreateDashboardWish { name: string; shared?: boolean; days?: DaysEnum; widgets?: DashboardWidgetRequest[]; team?: string | null }
export interface ChangeDashboardWish { name?: string; shared?: boolean; days?: DaysEnum; widgets?: DashboardWidgetRequest[] }
export interface EnhanceWish { operations?: Record<string, unknown>[] | null; preset?: string | null; asset?: string | null }
export interface RetryEnhancementWish { rights?: boolean }
export interface EnhanceManyWish { operations?: Record<string, unknown>[] | null; preset?: string | null; assets: string[] }
export interface EstimateEnhancementsWish { operations?: Record<string, unknown>[] | null; preset?: string | null; assets: string[] }
export interface CreatePresetWish { name: string; description?: string; operations: Record<string, unknown>[]; team?: string | null }
export interface ChangePresetWish { name?: string; description?: string; operations?: Record<string, unknown>[] }
export interface CreateEnhancementPreviewWish { asset: string; recipes: RecipeRequestRequest[]; spot?: SpotRequest | null }
export interface FeedbackOnWish { kind: FeedbackKindEnum; rating?: number | null; text?: string; assets: string[] }
export interface UndoFeedbackWish { act?: string | null }
export interface GenerateWish { brief?: string; references?: string[]; team?: string | null; persona?: string | null; n?: number | null; best_of?: number | null; aspect_ratio?: AspectRatioEnum; strategy?: StrategyEnum; weights?: Record<string, number>; min_quality?: number | null; quality?: QualityEnum; fallback?: boolean; provider?: string | null; model?: string | null; seed?: number | null; draw?: number | null; max_cost?: string | null; exact?: boolean; auto_enhance?: unknown; corrections?: Record<string, unknown>; source?: string | null; mode?: GenerationRequestModeEnum | BlankEnum; part_edits?: Record<string, string>; added_words?: string; one_each?: boolean | null; just_words?: JustWordsEnum[] }
export interface FeedbackWish { kind: FeedbackKindEnum; rating?: number | null; text?: string; asset?: string | null }
export interface CorrectGenerationWish { corrections?: Record<string, unknown> }
export interface PreviewWish { brief?: string; references?: string[]; team?: string | null; persona?: string | null; n?: number | null; best_of?: number | null; aspect_ratio?: AspectRatioEnum; strategy?: StrategyEnum; weights?: Record<string, number>; min_quality?: number | null; quality?: QualityEnum; fallback?: boolean; provider?: string | null; model?: string | null; seed?: number | null; draw?: number | null; max_cost?: string | null; exact?: boolean; auto_enhance?: unknown; corrections?: Record<string, unknown>; source?: string | null; mode?: GenerationRequestModeEnum | BlankEnum; part_edits?: Record<string, string>; added_words?: string; one_each?: boolean | null; just_words?: JustWordsEnum[] }
export interface AcceptInvitationWish { key: string }
export interface RevertLearningWish { team?: string | null; persona?: string | null }
export interface ChangeLearningSettingsWish { exploration?: number; team?: string | null }
export interface ChangeMeWish { name?: string; timezone?: string }
export interface MarkReadWish { ids?: string[] }
export interface ChangeNotificationSettingsWish { generation?: WaysRequest; follow_up?: WaysRequest; batch?: WaysRequest; comment?: WaysRequest; mention?: WaysRequest; approval?: WaysRequest; approval_due?: WaysRequest; alert?: WaysRequest; session?: WaysRequest; persona?: WaysRequest; member?: WaysRequest; team?: WaysRequest; report?: WaysRequest; statement?: WaysRequest; activity?: WaysRequest; automation?: WaysRequest; webhook?: WaysRequest; daily_hour?: number }
export interface CreatePersonaWish { name: string; description?: string; keywords?: string[]; team?: string | null }
export interface ChangePersonaWish { name?: string; description?: string; keywords?: string[]; weights?: Record<string, Record<string, number>>; palette?: ColourRequestRequest[] }
export interface DuplicatePersonaWish { name?: string }
export interface MatchPersonaWish { brief: string }
export interface SetDefaultPersonaWish { persona: string | null; team?: string | null }
export interface MergePersonasWish { personas: string[]; name?: string; remove?: boolean }
export interface ImportPortfolioWish { team?: string; title?: string }
export interface PersonasFromPortfolioWish { clusters: PickRequestRequest[] }
export interface DiscardDeadJobsWish { ids?: string[]; all?: boolean; kind?: string; code?: string; team?: string; reason: string }
export interface ReplayDeadJobsWish { ids?: string[]; all?: boolean; kind?: string; code?: string; team?: string }
export interface PauseLaneWish { reason?: string }
export interface WeighTeamWish { weight: number }
export interface CreateReportWish { team?: string | null; kind: ReportKindEnum; from?: string | null; to?: string | null; timezone?: string; sections?: ("costs" | "quality" | "models" | "members" | "images")[] | null; template?: string | null; members?: string[]; addresses?: string[] }
export interface ResendReportWish { deliveries?: string[] }
export interface CreateReportScheduleWish { team?: string | null; cadence: ReportCadenceEnum; hour?: number; weekday?: number; day?: number; timezone?: string; sections?: ("costs" | "quality" | "models" | "members" | "images")[] | null; template?: string | null; members?: string[]; addresses?: string[]; active?: boolean }
export interface ChangeReportScheduleWish { cadence?: ReportCadenceEnum; hour?: number; weekday?: number; day?: number; timezone?: string; sections?: ReportSectionEnum[]; template?: string | null; members?: string[]; addresses?: string[]; active?: boolean }
export interface CreateReportTemplateWish { team?: string | null; name: string; title?: string; introduction?: string; sections?: ReportSectionEnum[]; cover?: boolean }
export interface ChangeReportTemplateWish { name?: string; title?: string; introduction?: string; sections?: ReportSectionEnum[]; cover?: boolean }
export interface PresentImageWish { asset: string }
export interface HandOverSessionWish { user: string }
export interface RevealVotesWish { asset: string }
export interface SetSessionTimerWish { action: TimerWishActionEnum; seconds?: number; only_this?: boolean }
export interface VoteInSessionWish { asset: string; choice: SessionVoteEnum | NullEnum; note?: string }
export interface CreateSharedCommentWish { text: string; reply_to?: string | null }
export interface CreateTeamWish { name: string }
export interface ChangeTeamWish { name?: string; slug?: string; time_zone?: string; keep_exif?: boolean; share_links?: boolean }
export interface RequestApprovalWish { asset: string; reviewers: string[]; policy?: PolicyEnum; due_at?: string | null; checklist?: string[]; note?: string }
export interface AnswerApprovalWish { verdict: ApprovalVerdictEnum; note?: string; checked?: number[] }
export interface CreateTeamAutomationWish { name: string; scope?: AutomationScopeEnum; source?: string | null; preset?: string | null; target?: AutomationTargetEnum | BlankEnum; collection?: string | null; new_collection?: string; tells_webhooks?: boolean; tells_people?: boolean; active?: boolean }
export interface ChangeTeamAutomationWish { name?: string; scope?: AutomationScopeEnum; source?: string | null; preset?: string | null; target?: AutomationTargetEnum | BlankEnum; collection?: string | null; new_collection?: string; tells_webhooks?: boolean; tells_people?: boolean; active?: boolean }
export interface ChangeTeamAutomationRunWish { action?: RunsChangeActionEnum; run?: string | null }
export interface SetTeamAvatarWish { file: Source }
export interface CreateCollectionWish { name: string; assets?: string[] }
export interface ChangeCollectionWish { name?: string }
export interface AddToCollectionWish { assets: string[] }
export interface MoveInCollectionWish { position?: number }
export interface CreateTeamCommentWish { text: string; asset?: string; collection?: string; batch?: string; pin?: PinRequest | null; reply_to?: string | null }
export interface ChangeTeamCommentWish { text?: string }
export interface ChangeTeamDefaultsWish { values?: Record<string, string> }
export interface DeleteTeamWish { name: string }
export interface HandOverTeamWish { user: string; own_role?: OwnRoleEnum }
export interface InviteWish { email: string; role?: RoleEnum; by_mail?: boolean }
export interface SetTeamMemberWish { role: RoleEnum }
export interface OpenSessionWish { collection: string; title?: string; seconds?: number; votes_hidden?: boolean }
export interface CreateShareWish { rights?: RightsEnum[]; expires_at?: string; password?: string; asset?: string; collection?: string; batch?: string; email?: string; to_team?: string | null; name?: string; with_briefs?: boolean; with_names?: boolean }
export interface ChangeShareWish { rights?: RightsEnum[]; expires_at?: string; password?: string }
export interface SetTeamAutoEnhanceWish { preset: string | null }
export interface SetTeamBudgetWish { scope: ScopeEnum; member?: string | null; amount: string | null }
export interface CreateTeamPersonaWish { name: string; description?: string; keywords?: string[]; team?: string | null }
export interface CreateWebhookWish { team?: string | null; url: string; events: string[]; name?: string }
export interface ChangeWebhookWish { url?: string; events?: string[]; name?: string; enabled?: boolean }
export interface RenewWebhookSecretWish { grace_hours?: number }
/** Every call of the API. */
export interface Calls {
  /** What holds now for everybody or for one's teams, newest first: providers down, budgets, maintenance. */
  alerts(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number }, options?: Options): Pages<Alert>;
  /** What was charged, over time and by kind, provider, model and member: the ledger's own lines. Of a team to whoever may see its billing, to everybody else their own. */
  analyticsCosts(wish?: { compare?: "previous"; from?: string; interval?: "hour" | "day" | "week" | "month"; kind?: "generation" | "analysis" | "prompting" | "enhancement" | "storage" | "adjustment"; member?: string; model?: string; provider?: string; simulated?: "yes" | "no"; team?: string; timezone?: string; to?: string }, options?: Options): Promise<AnalyticsCosts>;
  /** What the last 90 days of your teams tell that is more than chance, as sentences with their evidence; and what is lacking to tell more. What is about costs is for those who see all of a team's. */
  analyticsInsights(wish?: { kind?: "cost_per_liked" | "liking" | "failures" | "seconds" | "trend"; state?: "shown" | "snoozed" | "dismissed" | "all"; team?: string }, options?: Options): Promise<AnalyticsInsights>;
  /** Hide an insight from yourself as long as it holds. */
  dismissAnalyticsInsight(insightId: string, options?: Options): Promise<AnalyticsInsight>;
  /** Show yourself an insight again that you dismissed or snoozed. */
  restoreAnalyticsInsight(insightId: string, options?: Options): Promise<AnalyticsInsight>;
  /** Hide an insight from yourself for some days. */
  snoozeAnalyticsInsight(insightId: string, wish?: SnoozeAnalyticsInsightWish, options?: Options): Promise<AnalyticsInsight>;
  /** Each model: success, errors, seconds, what was said of its images, and the price of one that is liked. */
  analyticsModels(wish?: { compare?: "previous"; from?: string; interval?: "hour" | "day" | "week" | "month"; member?: string; model?: string; provider?: string; simulated?: "yes" | "no"; team?: string; timezone?: string; to?: string }, options?: Options): Promise<AnalyticsModels>;
  /** What was asked for, how it ended, what it cost and how it was liked, in all and over time. */
  analyticsOverview(wish?: { compare?: "previous"; from?: string; interval?: "hour" | "day" | "week" | "month"; member?: string; model?: string; provider?: string; simulated?: "yes" | "no"; team?: string; timezone?: string; to?: string }, options?: Options): Promise<AnalyticsOverview>;
  /** How good the images were, by measure, by what was said of them and by what was approved: over time, by model, persona and garment. */
  analyticsQuality(wish?: { compare?: "previous"; from?: string; interval?: "hour" | "day" | "week" | "month"; member?: string; model?: string; provider?: string; simulated?: "yes" | "no"; team?: string; timezone?: string; to?: string }, options?: Options): Promise<AnalyticsQuality>;
  /** When work is done, every hour of every weekday; what is asked for: attributes, words and briefs; what rises and what falls. */
  analyticsTrends(wish?: { compare?: "previous"; from?: string; interval?: "hour" | "day" | "week" | "month"; member?: string; model?: string; provider?: string; simulated?: "yes" | "no"; team?: string; timezone?: string; to?: string }, options?: Options): Promise<AnalyticsTrends>;
  /** How often the studio answered its probe of each minute, and how fast. */
  analyticsUptime(wish?: { format?: "json" | "csv"; from?: string; interval?: "hour" | "day" | "week" | "month"; timezone?: string; to?: string }, options?: Options): Promise<Blob>;
  analyticsUptime(wish: { format?: "json" | "csv"; from?: string; interval?: "hour" | "day" | "week" | "month"; timezone?: string; to?: string }, options: Saving): Promise<string>;
  /** Each member: what they asked for and made, on how many days and, where it may be seen, what it cost; and of those who began in one week, how many come back. */
  analyticsUsers(wish?: { compare?: "previous"; from?: string; interval?: "hour" | "day" | "week" | "month"; member?: string; model?: string; provider?: string; simulated?: "yes" | "no"; team?: string; timezone?: string; to?: string }, options?: Options): Promise<AnalyticsUsers>;
  /** Read a brief and photos into attributes, each with its confidence and source; unknown stays unknown. By the studio's own reader, for nothing: no language model takes part. What the team of the photos has corrected on them, and taught by that, counts as it does for a generation. */
  analyze(wish?: AnalyzeWish, options?: Options): Promise<Analysis>;
  /** List assets, or upload pictures. */
  assets(wish?: { alike?: string; generation?: string; kind?: "enhanced" | "generated" | "reference"; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; set_aside?: boolean; team?: string; trashed?: boolean }, options?: Options): Pages<Asset>;
  /** One `file` part answers with the asset, several with `results` and `refused`: one refusal stops no other. */
  upload(file: Source, wish?: UploadWish, options?: Options): Promise<Asset>;
  /** One asset; DELETE moves it to the trash for 30 days. */
  asset(assetId: string, options?: Options): Promise<Asset>;
  /** Call this version something. Needs If-Match. */
  changeAsset(assetId: string, wish: ChangeAssetWish, options: Changing): Promise<Asset>;
  /** One asset; DELETE moves it to the trash for 30 days. */
  deleteAsset(assetId: string, options?: Options): Promise<void>;
  /** How far an image is from another, usually its source: fidelity, colours, sharpness. */
  compareAssets(assetId: string, beforeId: string, options?: Options): Promise<VersusAnswer>;
  /** A PNG of where the colours of two images differ: black 0, pale yellow 10 and more of CIEDE2000. */
  downloadDifference(assetId: string, beforeId: string, options?: Options): Promise<Blob>;
  downloadDifference(assetId: string, beforeId: string, options: Saving): Promise<string>;
  /** The threads on all versions of the image, newest first, each pin where it lies in this one. */
  assetComments(assetId: string, wish?: { thread?: string }, options?: Options): Promise<ThreadPage>;
  /** The picture itself; `format` converts it, `download` asks the browser to save it. */
  download(assetId: string, wish?: { download?: boolean; format?: "jpeg" | "png" | "webp" }, options?: Options): Promise<Blob>;
  download(assetId: string, wish: { download?: boolean; format?: "jpeg" | "png" | "webp" }, options: Saving): Promise<string>;
  /** What an image was made from, up to the first of all, and everything that was made of that: by whom, when, and for how much. One that was made from several images stands under the first of them. */
  assetLineage(assetId: string, wish?: { alone?: boolean; limit?: number }, options?: Options): Promise<LineageAnswer>;
  /** Show an image that a best-of had set aside. */
  promoteAsset(assetId: string, options?: Options): Promise<Asset>;
  /** How the image came to be, read from its file, and whether its signature holds. */
  assetProvenance(assetId: string, options?: Options): Promise<Provenance>;
  /** Take an asset out of the trash. */
  restoreAsset(assetId: string, options?: Options): Promise<Asset>;
  /** A WebP thumbnail at least `w` pixels wide where the picture has them. */
  downloadThumbnail(assetId: string, wish?: { w?: number }, options?: Options): Promise<Blob>;
  downloadThumbnail(assetId: string, wish: { w?: number }, options: Saving): Promise<string>;
  /** What one picture shows, by itself. */
  assetUnderstood(assetId: string, options?: Options): Promise<Understood>;
  /** Correct it. Wherever your team uses the same picture, it is read by your values. */
  correctAsset(assetId: string, wish: CorrectAssetWish, options: Changing): Promise<Understood>;
  /** Let this version stand for the image; the original's id lets the original again. Answers with the original. */
  useAsset(assetId: string, options?: Options): Promise<Asset>;
  /** The original, then all versions that were made from it, whichever of them was asked for. */
  assetVersions(assetId: string, options?: Options): Promise<Asset[]>;
  /** One's own API tokens, without their keys. */
  apiTokens(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number }, options?: Options): Pages<TokenAnswer>;
  /** Make a token, by e-mail and password or as whoever is signed in. The key is in this answer only. Idempotency-Key is not honoured here, for that would keep the answer and so the key. */
  createApiToken(wish: CreateApiTokenWish, options?: Options): Promise<NewTokenAnswer>;
  apiToken(tokenId: string, options?: Options): Promise<TokenAnswer>;
  /** Revoke a token at once. A token may revoke itself; to revoke others it needs the scope admin. */
  deleteApiToken(tokenId: string, options?: Options): Promise<void>;
  /** The batches of the caller's teams. */
  batches(wish?: { kind?: "enhance" | "generate"; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; series?: string; status?: ("cancelled" | "completed" | "draft" | "failed" | "partial" | "paused" | "running" | "scheduled")[]; team?: string }, options?: Options): Pages<Batch>;
  /** One batch with its plan; PATCH changes it while it runs; DELETE cancels it: what was finished stays. */
  batch(batchId: string, options?: Options): Promise<BatchDetail>;
  /** One batch with its plan; PATCH changes it while it runs; DELETE cancels it: what was finished stays. */
  changeBatch(batchId: string, wish?: ChangeBatchWish, options?: Options): Promise<Batch>;
  /** One batch with its plan; PATCH changes it while it runs; DELETE cancels it: what was finished stays. */
  cancelBatch(batchId: string, options?: Options): Promise<Batch>;
  /** A draft with the same plan, priced anew. */
  cloneBatch(batchId: string, options?: Options): Promise<Batch>;
  /** Small images with their numbers: a page as PNG, or up to 12 pages from `page` on as PDF. */
  downloadContactSheet(batchId: string, wish?: { as?: "png" | "pdf"; page?: number }, options?: Options): Promise<Blob>;
  downloadContactSheet(batchId: string, wish: { as?: "png" | "pdf"; page?: number }, options: Saving): Promise<string>;
  /** What failed, one line per reason. */
  batchErrors(batchId: string, options?: Options): Promise<ErrorGroup[]>;
  /** Items in the order of the plan. */
  batchItems(batchId: string, wish?: { after?: number; arm?: "a" | "b"; limit?: number; status?: "waiting" | "queued" | "running" | "succeeded" | "failed" | "cancelled" }, options?: Options): Pages<Item>;
  /** Begin nothing new; what runs ends. */
  pauseBatch(batchId: string, options?: Options): Promise<Batch>;
  /** Counts, pace, what is left, cost so far, and how each provider does. */
  batchProgress(batchId: string, options?: Options): Promise<Progress>;
  /** What came of each item, as a table. Cells that a spreadsheet would run are guarded by an apostrophe. */
  downloadBatchResults(batchId: string, wish?: { as?: "csv" | "json" }, options?: Options): Promise<Blob>;
  downloadBatchResults(batchId: string, wish: { as?: "csv" | "json" }, options: Saving): Promise<string>;
  /** Go on with a paused batch. */
  resumeBatch(batchId: string, options?: Options): Promise<Batch>;
  /** Try the failed items again, and only them. */
  retryBatch(batchId: string, wish?: RetryBatchWish, options?: Options): Promise<Batch>;
  /** Start a draft, or what waits for its time, now. */
  startBatch(batchId: string, options?: Options): Promise<Batch>;
  /** What the votes say so far; POST casts one, once per pair and person. */
  batchVotes(batchId: string, options?: Options): Promise<Verdict>;
  /** What the votes say so far; POST casts one, once per pair and person. */
  vote(batchId: string, wish: VoteWish, options?: Options): Promise<Revealed>;
  /** The next pair to vote on; which side is which arm is not told. */
  nextVote(batchId: string, options?: Options): Promise<NextPair>;
  /** Every image of the batch, and the table, in one archive. */
  downloadBatch(batchId: string, options?: Options): Promise<Blob>;
  downloadBatch(batchId: string, options: Saving): Promise<string>;
  /** What a plan would make, cost and take, and how much of it the budgets allow. Nothing is written. */
  estimateBatch(wish: EstimateBatchWish, options?: Options): Promise<BatchEstimate>;
  /** Plan a batch and start it: at once, at a time, or repeatedly. All of its items are planned, or nothing is. */
  createBatch(wish: CreateBatchWish, options?: Options): Promise<Batch>;
  /** Read a file of rows: what is right is kept for a plan, what is wrong is said by line and column. */
  importRows(file: Source, wish?: ImportRowsWish, options?: Options): Promise<Import>;
  /** A CSV to fill in: a column for each slot of the brief, and the usual fields. */
  downloadImportTemplate(wish?: { brief?: string }, options?: Options): Promise<Blob>;
  downloadImportTemplate(wish: { brief?: string }, options: Saving): Promise<string>;
  /** Saved plans, or save one. */
  batchTemplates(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number }, options?: Options): Pages<Template>;
  /** Saved plans, or save one. */
  createBatchTemplate(wish: CreateBatchTemplateWish, options?: Options): Promise<Template>;
  /** One saved plan. Deleting it changes no batch that was made of it. */
  batchTemplate(templateId: string, options?: Options): Promise<Template>;
  /** One saved plan. Deleting it changes no batch that was made of it. */
  deleteBatchTemplate(templateId: string, options?: Options): Promise<void>;
  /** What your teams corrected, the newest first. Later readings go by it. */
  corrections(wish?: { asset?: string; attribute?: "aesthetic" | "colours" | "construction" | "fabric" | "fabric_weight" | "finish" | "fit" | "formality" | "garment" | "length" | "mood" | "neckline" | "occasion" | "pattern" | "photography" | "season" | "silhouette" | "sleeves" | "texture"; generation?: string; ordering?: "created_at" | "-created_at"; page_size?: number; read_from?: "brief" | "correction" | "image" | "none" | "original"; search?: string; team?: string }, options?: Options): Pages<Correction>;
  /** Take it back: it is used and learned from no more. */
  deleteCorrection(correctionId: string, options?: Options): Promise<void>;
  /** Your boards, and those that are shared in your teams. */
  dashboards(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; shared?: boolean; team?: string }, options?: Options): Pages<Dashboard>;
  /** Make a board. */
  createDashboard(wish: CreateDashboardWish, options?: Options): Promise<Dashboard>;
  /** One board. */
  dashboard(dashboardId: string, options?: Options): Promise<Dashboard>;
  /** Change what is given; needs If-Match. A widget that is sent as it is stays, though its kind may be gone. */
  changeDashboard(dashboardId: string, wish: ChangeDashboardWish, options: Changing): Promise<Dashboard>;
  /** Delete it for good. */
  deleteDashboard(dashboardId: string, options?: Options): Promise<void>;
  /** The enhancements of your teams, the newest first; `search` looks at titles, presets and operations. */
  enhancements(wish?: { asset?: string; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; status?: "cancelled" | "failed" | "queued" | "running" | "succeeded"; team?: string }, options?: Options): Pages<Enhancement>;
  /** GET follows an enhancement by its id; POST enhances an image of the generation (or the asset) of that id. */
  enhancement(enhancementId: string, options?: Options): Promise<Enhancement>;
  /** GET follows an enhancement by its id; POST enhances an image of the generation (or the asset) of that id. */
  enhance(subjectId: string, wish?: EnhanceWish, options?: Options): Promise<Enhancement>;
  /** Stop at the next tile. Asking twice is harmless. */
  cancelEnhancement(enhancementId: string, options?: Options): Promise<Enhancement>;
  /** The same again, after it failed or was cancelled: a new enhancement. */
  retryEnhancement(enhancementId: string, wish?: RetryEnhancementWish, options?: Options): Promise<Enhancement>;
  /** The same recipe for several images. What cannot be enhanced is listed with its reason; the rest is queued. */
  enhanceMany(wish: EnhanceManyWish, options?: Options): Promise<BatchAnswer>;
  /** What a recipe would come to: per step size, seconds and price; of several images the sum. Writes nothing. */
  estimateEnhancements(wish: EstimateEnhancementsWish, options?: Options): Promise<EstimateAnswer>;
  /** The models that the workers have or could install, with their licences. */
  enhancementModels(options?: Options): Promise<EnhancementModel[]>;
  /** The operations this studio knows, in the order of a recipe, with parameters, defaults and limits. */
  operations(options?: Options): Promise<Operation[]>;
  /** The presets you may choose: those of your teams (at most 200 each), then those that come with the studio. */
  presets(wish?: { team?: string }, options?: Options): Promise<Preset[]>;
  /** Keep a recipe under a name, for the whole team. */
  createPreset(wish: CreatePresetWish, options?: Options): Promise<Preset>;
  /** One preset. */
  preset(presetId: string, options?: Options): Promise<Preset>;
  /** Change what is given. For its maker, owners and admins; needs If-Match. */
  changePreset(presetId: string, wish: ChangePresetWish, options: Changing): Promise<Preset>;
  /** One preset. */
  deletePreset(presetId: string, options?: Options): Promise<void>;
  /** Try one or two recipes on the same part of an image: free, a few seconds, kept for a day. */
  createEnhancementPreview(wish: CreateEnhancementPreviewWish, options?: Options): Promise<EnhancementPreview>;
  /** A preview and what came of it so far. */
  enhancementPreview(previewId: string, options?: Options): Promise<EnhancementPreview>;
  /** Stop it. Asking twice is harmless. */
  cancelEnhancementPreview(previewId: string, options?: Options): Promise<EnhancementPreview>;
  /** The part as it is. */
  downloadPreviewPart(previewId: string, options?: Options): Promise<Blob>;
  downloadPreviewPart(previewId: string, options: Saving): Promise<string>;
  /** The part as a recipe made it; `number` is the recipe's place, from 0. */
  downloadPreviewResult(previewId: string, number: string, options?: Options): Promise<Blob>;
  downloadPreviewResult(previewId: string, number: string, options: Saving): Promise<string>;
  /** GET /api/events?channel=&after=&limit=: the last 24 hours of one channel, oldest first. */
  events(wish: { after?: number; channel: string; epoch?: string; limit?: number }, options?: Options): Promise<EventPage>;
  /** List feedback, or say the same of several images. */
  feedbackGiven(wish?: { asset?: string; generation?: string; kind?: "comment" | "dislike" | "like" | "pick" | "rating"; mine?: boolean; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; team?: string }, options?: Options): Pages<Feedback>;
  /** All images of one team or none; each fault names its place in `assets`. */
  feedbackOn(wish: FeedbackOnWish, options?: Options): Promise<Given>;
  /** Undo your last feedback, given or withdrawn, or the act named; an undo can be undone. */
  undoFeedback(wish?: UndoFeedbackWish, options?: Options): Promise<Act>;
  /** List generations, or ask for a new one. */
  generations(wish?: { model?: string; ordering?: "created_at" | "-created_at"; page_size?: number; provider?: string; search?: string; status?: "cancelled" | "failed" | "partial" | "queued" | "running" | "succeeded"; team?: string; trashed?: boolean }, options?: Options): Pages<Generation>;
  /** List generations, or ask for a new one. */
  generate(wish?: GenerateWish, options?: Options): Promise<Generation>;
  /** One generation; DELETE moves it and its images to the trash for 30 days. */
  generation(generationId: string, options?: Options): Promise<Generation>;
  /** One generation; DELETE moves it and its images to the trash for 30 days. */
  deleteGeneration(generationId: string, options?: Options): Promise<void>;
  /** Stop a generation at its next safe point. What was finished stays; asking twice is harmless. */
  cancelGeneration(generationId: string, options?: Options): Promise<Generation>;
  /** Keep a prompt as a favourite of yours (PUT), or let it go (DELETE). Both may be sent twice. */
  markFavourite(generationId: string, options?: Options): Promise<void>;
  /** Keep a prompt as a favourite of yours (PUT), or let it go (DELETE). Both may be sent twice. */
  unmarkFavourite(generationId: string, options?: Options): Promise<void>;
  /** Say what you think of an image. The answer shows every weight that moved. */
  feedback(generationId: string, wish: FeedbackWish, options?: Options): Promise<Feedback>;
  /** Take your feedback back, and all that it moved. `?asset=` names the image; else the first. */
  deleteFeedback(generationId: string, kind: string, wish?: { asset?: string }, options?: Options): Promise<void>;
  /** Take a generation and its images out of the trash. */
  restoreGeneration(generationId: string, options?: Options): Promise<Generation>;
  /** Try a generation again that failed, or came in part: for the images that are missing. What came stays, and what may have been paid for is not bought a second time. One of a batch is retried there. */
  retryGeneration(generationId: string, options?: Options): Promise<Generation>;
  /** What a generation was understood as. */
  generationUnderstood(generationId: string, options?: Options): Promise<Understood>;
  /** Correct it. Its images stay; the same brief or picture is read by your values from now on. */
  correctGeneration(generationId: string, wish: CorrectGenerationWish, options: Changing): Promise<Understood>;
  /** What a request would be understood as, its prompt and its price. Nothing is written or spent. */
  preview(wish?: PreviewWish, options?: Options): Promise<Preview>;
  /** Join a team by the key of an invitation to one of your addresses. Said again, it changes nothing. */
  acceptInvitation(wish: AcceptInvitationWish, options?: Options): Promise<Joined>;
  /** What was learned: each weight with its basis. */
  learnedWeights(wish?: { about?: "attribute" | "model"; ordering?: "created_at" | "-created_at"; page_size?: number; persona?: string; search?: string; team?: string }, options?: Options): Pages<Weight>;
  /** Forget all that was learned for one weight. The answer is what was done; it can be undone. */
  revertWeight(weightId: string, options?: Options): Promise<Act>;
  /** What people did to feedback and to what was learned, with every weight that moved by it. */
  learningActs(wish?: { kind?: "give" | "revert" | "undo" | "withdraw"; ordering?: "created_at" | "-created_at"; owner?: string; page_size?: number; search?: string; team?: string }, options?: Options): Pages<Act>;
  /** What moved, by how much and by whose act; the newest first. */
  weightMoves(wish?: { act?: string; key?: string; kind?: "give" | "revert" | "undo" | "withdraw"; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; team?: string }, options?: Options): Pages<WeightMove>;
  /** Let the feedback behind one move no longer count for that weight; it goes on counting for the others. */
  revertWeightMove(moveId: string, options?: Options): Promise<Act>;
  /** Forget all that a team, or one persona, has learned. It can be undone. */
  revertLearning(wish?: RevertLearningWish, options?: Options): Promise<Act>;
  /** How a team is learned from: the share of prompts and routes that try something unproven (0 = never). */
  learningSettings(wish?: { team?: string }, options?: Options): Promise<Settings>;
  /** For owners and admins of the team. */
  changeLearningSettings(wish?: ChangeLearningSettingsWish, options?: Options): Promise<Settings>;
  /** Who is calling, and their teams. */
  me(options?: Options): Promise<Me>;
  /** Change one's name or time zone. If-Match is honoured where sent. */
  changeMe(wish?: ChangeMeWish, options?: Options): Promise<Me>;
  /** Models that may be used today. */
  models(wish?: { family?: string; kind?: "enhancement" | "image" | "language"; ordering?: "created_at" | "-created_at"; page_size?: number; provider?: string }, options?: Options): Pages<Model>;
  /** What the caller was told, newest first. */
  notifications(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; unread?: boolean }, options?: Options): Pages<Notification>;
  /** Mark notifications as read. */
  markRead(wish?: MarkReadWish, options?: Options): Promise<ReadAnswer>;
  /** How the caller wants to hear of each kind of news. */
  notificationSettings(options?: Options): Promise<WishAnswer>;
  /** Change the kinds that are named. */
  changeNotificationSettings(wish?: ChangeNotificationSettingsWish, options?: Options): Promise<WishAnswer>;
  /** List personas, or make one from words. */
  personas(wish?: { from_pictures?: boolean; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; starter?: boolean }, options?: Options): Pages<Persona>;
  /** List personas, or make one from words. */
  createPersona(wish: CreatePersonaWish, options?: Options): Promise<PersonaMade>;
  /** One persona. */
  persona(personaId: string, options?: Options): Promise<Persona>;
  /** Change what is given. For its maker, owners and admins; needs If-Match. */
  changePersona(personaId: string, wish: ChangePersonaWish, options: Changing): Promise<Persona>;
  /** Delete it. If you began with it, you begin with the one you used last from now on, else with the team's newest: `GET /api/personas/default` says which. Without one where it was the team's last. */
  deletePersona(personaId: string, options?: Options): Promise<void>;
  /** The persona's profile against what was liked, or made, with it, month by month. */
  personaDrift(personaId: string, wish?: { basis?: "liked" | "made" }, options?: Options): Promise<Drift>;
  /** A copy to go on from. */
  duplicatePersona(personaId: string, wish?: DuplicatePersonaWish, options?: Options): Promise<Persona>;
  /** How near a brief is to a persona, by its parts, and what the persona would add to it. Changes nothing. */
  matchPersona(personaId: string, wish: MatchPersonaWish, options?: Options): Promise<MatchAnswer>;
  /** The persona that you begin with in a team: one at most, and yours alone. */
  defaultPersona(wish?: { team?: string }, options?: Options): Promise<DefaultAnswer>;
  /** The persona that you begin with in a team: one at most, and yours alone. */
  setDefaultPersona(wish: SetDefaultPersonaWish, options?: Options): Promise<DefaultAnswer>;
  /** One persona of several; each counts by the pictures behind it, one made of words as three. */
  mergePersonas(wish: MergePersonasWish, options?: Options): Promise<Persona>;
  /** List portfolios, or send one. */
  portfolios(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; status?: ("cancelled" | "failed" | "partial" | "queued" | "running" | "succeeded")[]; team?: string }, options?: Options): Pages<Portfolio>;
  /** Send pictures, folders and ZIP archives (three deep) in one go; they are read one by one afterwards. Follow the channel `portfolio:<id>`, or ask again. What cannot be read is listed with its reason and stops nothing else. Up to 300 files at once, and 2,000 pictures in all. */
  importPortfolio(files: Iterable<Source | { file: Blob; path: string }>, wish?: ImportPortfolioWish, options?: Options): Promise<Portfolio>;
  /** One portfolio: how far it is, and the looks once it is done. */
  portfolio(portfolioId: string, options?: Options): Promise<Portfolio>;
  /** Stop at the next file; what was read stays among the references. Asking twice is harmless. */
  cancelPortfolio(portfolioId: string, options?: Options): Promise<Portfolio>;
  /** Delete what was sent with a portfolio that stopped; what was read stays. Asking twice is harmless. */
  forgetPortfolio(portfolioId: string, options?: Options): Promise<Portfolio>;
  /** Every file of a portfolio and what became of it. */
  portfolioItems(portfolioId: string, wish?: { cluster?: number; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; status?: ("duplicate" | "ignored" | "read" | "refused" | "waiting")[] }, options?: Options): Pages<PortfolioItem>;
  /** Make personas of the looks that were picked. */
  personasFromPortfolio(portfolioId: string, wish: PersonasFromPortfolioWish, options?: Options): Promise<Persona[]>;
  /** Go on with a cancelled portfolio where it stopped. What was sent is kept for a week, of the three that a team stopped last. */
  resumePortfolio(portfolioId: string, options?: Options): Promise<Portfolio>;
  /** What was asked before, with what it became as a prompt; `favourite` says which ones you keep. */
  prompts(wish?: { favourite?: boolean; model?: string; ordering?: "created_at" | "-created_at"; page_size?: number; provider?: string; search?: string }, options?: Options): Pages<Prompt>;
  /** Jobs that gave up after their last try, of all teams that the caller belongs to; for who runs the studio, of all: by token, with the scope `admin`. */
  deadJobs(wish?: { code?: string; kind?: string; ordering?: "created_at" | "-created_at"; page_size?: number; team?: string }, options?: Options): Pages<DeadJob>;
  /** How many gave up by kind and cause, the most frequent first: 50 of them. */
  deadCauses(options?: Options): Promise<CauseList>;
  /** End dead jobs for good: these, all, or all of a cause. For owners and admins of their teams. */
  discardDeadJobs(wish: DiscardDeadJobsWish, options?: Options): Promise<DiscardAnswer>;
  /** Run dead jobs again with all their tries: these, all, or all of a cause. For owners and admins. What was made is kept, and a call that may have been paid for is not bought a second time. */
  replayDeadJobs(wish?: ReplayDeadJobsWish, options?: Options): Promise<ReplayAnswer>;
  /** The jobs of all teams, by status, lane, kind, team or cause, or searched for. */
  jobs(wish?: { code?: string; kind?: string; lane?: "batch" | "gpu" | "interactive" | "io" | "remote"; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; status?: "cancelled" | "dead" | "failed" | "leased" | "queued" | "retrying" | "scheduled" | "succeeded"; team?: string }, options?: Options): Pages<QueuedJob>;
  /** Every lane: depth, age, throughput, and whether it is paused. */
  lanes(options?: Options): Promise<LaneList>;
  /** Begin nothing more in a lane; what runs there ends. */
  pauseLane(laneId: string, wish?: PauseLaneWish, options?: Options): Promise<LaneNow>;
  /** Let a paused lane go on. */
  resumeLane(laneId: string, options?: Options): Promise<void>;
  /** How every model stands that can be called here: limits, what is left of them, circuit and rests. */
  modelStandings(options?: Options): Promise<ModelNowList>;
  /** Teams with their weight in the queue: 20, those with one of their own first, or those searched for. */
  teamShares(wish?: { search?: string }, options?: Options): Promise<ShareList>;
  /** Give a team more or less of every lane; 1 is the usual share. */
  weighTeam(teamId: string, wish: WeighTeamWish, options?: Options): Promise<Share>;
  /** Calls that may have been paid for, by model: nobody knows how they ended, and none is made again by itself. */
  queueUnsettled(options?: Options): Promise<UnsettledList>;
  /** What waits to be sent to webhooks, of all teams. */
  courier(options?: Options): Promise<Courier>;
  /** Every worker: its last sign of life, its lanes, what it can do, and what it does now. */
  workers(options?: Options): Promise<WorkerList>;
  /** Have a worker take no more; what it does, it ends. Its state is `drained` once it may be stopped. */
  drainWorker(workerId: string, options?: Options): Promise<Worker>;
  /** Let a drained worker take work again. */
  employWorker(workerId: string, options?: Options): Promise<void>;
  /** The reports that the caller may see. */
  reports(wish?: { kind?: "custom" | "daily" | "monthly" | "weekly"; ordering?: "created_at" | "-created_at"; page_size?: number; schedule?: string; search?: string; status?: ("cancelled" | "done" | "failed" | "queued" | "running")[]; team?: string }, options?: Options): Pages<Report>;
  /** Have a report made. It is mailed to whom it names once it is there. */
  createReport(wish: CreateReportWish, options?: Options): Promise<Report>;
  /** One report, as it was made. */
  report(reportId: string, options?: Options): Promise<ReportDetail>;
  /** Delete it, its files and the log of where it went. */
  deleteReport(reportId: string, options?: Options): Promise<void>;
  /** Stop making it. */
  cancelReport(reportId: string, options?: Options): Promise<Report>;
  /** A file of it: report.pdf, rows.xlsx, figures.csv, generations.csv, images.csv or charges.csv. */
  reportFile(reportId: string, name: string, options?: Options): Promise<Blob>;
  reportFile(reportId: string, name: string, options: Saving): Promise<string>;
  /** Send it again to whom it could not be sent. Whoever has it does not get it twice. */
  resendReport(reportId: string, wish?: ResendReportWish, options?: Options): Promise<Resent>;
  /** When reports are made by themselves, in the teams that the caller manages. */
  reportSchedules(wish?: { active?: boolean; cadence?: "daily" | "monthly" | "weekly"; ordering?: "created_at" | "-created_at"; page_size?: number; team?: string }, options?: Options): Pages<ReportSchedule>;
  /** Have reports made by themselves. Whoever sets them up answers for them. */
  createReportSchedule(wish: CreateReportScheduleWish, options?: Options): Promise<ReportSchedule>;
  /** One schedule. */
  reportSchedule(scheduleId: string, options?: Options): Promise<ReportSchedule>;
  /** Change what is given, or switch it on or off; needs If-Match. Who changes it answers for it from then on. */
  changeReportSchedule(scheduleId: string, wish: ChangeReportScheduleWish, options: Changing): Promise<ReportSchedule>;
  /** Have no more made. The reports that there are stay. */
  deleteReportSchedule(scheduleId: string, options?: Options): Promise<void>;
  /** The templates of reports of the caller's teams. */
  reportTemplates(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; team?: string }, options?: Options): Pages<ReportTemplate>;
  /** Keep what the team wants in its reports under a name; for owners and admins. */
  createReportTemplate(wish: CreateReportTemplateWish, options?: Options): Promise<ReportTemplate>;
  /** One template of reports. */
  reportTemplate(templateId: string, options?: Options): Promise<ReportTemplate>;
  /** Change what is given; needs If-Match. Reports that there are stay; those of schedules follow from then on. */
  changeReportTemplate(templateId: string, wish: ChangeReportTemplateWish, options: Changing): Promise<ReportTemplate>;
  /** Delete it, if no schedule uses it. The reports that were made of it stay. */
  deleteReportTemplate(templateId: string, options?: Options): Promise<void>;
  /** What is shown now, who presents, and the clock. */
  session(sessionId: string, options?: Options): Promise<SessionAnswer>;
  /** Say every 5 s that you are there: the summary lists you, and nobody takes over from you. */
  attendSession(sessionId: string, options?: Options): Promise<AttendedAnswer>;
  /** End it and keep its summary. For the presenter, who began it, and admins. */
  endSession(sessionId: string, options?: Options): Promise<SummaryAnswer>;
  /** The agenda, in order. */
  sessionImages(sessionId: string, wish?: { after?: number; limit?: number }, options?: Options): Pages<AgendaImage>;
  /** One image of the agenda, with who voted, and what, where that is open. */
  sessionImage(sessionId: string, assetId: string, options?: Options): Promise<AgendaImageInFull>;
  /** Show an image to everybody. For the presenter. */
  presentImage(sessionId: string, wish: PresentImageWish, options?: Options): Promise<SessionAnswer>;
  /** Hand over to a member who may present; or take over, when the presenter has been gone for 15 s. */
  handOverSession(sessionId: string, wish: HandOverSessionWish, options?: Options): Promise<SessionAnswer>;
  /** Show everybody the votes on an image. For the presenter. */
  revealVotes(sessionId: string, wish: RevealVotesWish, options?: Options): Promise<AgendaImageInFull>;
  /** Who was there and what was voted, once the session has ended. */
  sessionSummary(sessionId: string, wish?: { format?: "csv" | "json" | "pdf" }, options?: Options): Promise<Blob>;
  sessionSummary(sessionId: string, wish: { format?: "csv" | "json" | "pdf" }, options: Saving): Promise<string>;
  /** Start, pause or reset the clock of the image shown. For the presenter. */
  setSessionTimer(sessionId: string, wish: SetSessionTimerWish, options?: Options): Promise<SessionAnswer>;
  /** Vote on an image, change that, or take it back. For editors and above, until the session ends. */
  voteInSession(sessionId: string, wish: VoteInSessionWish, options?: Options): Promise<AgendaImageInFull>;
  /** What others share with you and your teams, newest first, as long as it stands. */
  shared(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number }, options?: Options): Pages<SharedAnswer>;
  /** Decline it: you see nothing of it any more. Nobody is told, and others of a team of yours see it still. */
  declineShared(shareId: string, options?: Options): Promise<void>;
  /** What was said through this share, and what the team answered, newest first. */
  sharedComments(shareId: string, wish?: { ordering?: "created_at" | "-created_at"; page_size?: number }, options?: Options): Pages<GuestAnswer>;
  /** Say something of what is shared, where that is among your rights. */
  createSharedComment(shareId: string, wish: CreateSharedCommentWish, options?: Options): Promise<GuestAnswer>;
  /** The images that a share shows now, in order. */
  sharedImages(shareId: string, wish?: { after?: number }, options?: Options): Pages<SharedImage>;
  /** The file of one of them, where the share lets download. */
  downloadShared(shareId: string, imageId: string, options?: Options): Promise<Blob>;
  downloadShared(shareId: string, imageId: string, options: Saving): Promise<string>;
  /** A WebP of one of them, to be looked at. */
  downloadSharedThumbnail(shareId: string, imageId: string, wish?: { w?: number }, options?: Options): Promise<Blob>;
  downloadSharedThumbnail(shareId: string, imageId: string, wish: { w?: number }, options: Saving): Promise<string>;
  /** The teams that the caller belongs to. */
  teams(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number }, options?: Options): Pages<TeamAnswer>;
  /** Make a team and be its owner. */
  createTeam(wish: CreateTeamWish, options?: Options): Promise<TeamAnswer>;
  team(teamId: string, options?: Options): Promise<TeamAnswer>;
  /** Change name, slug, zone, what uploads keep or whether links share. For owners and admins; needs If-Match. */
  changeTeam(teamId: string, wish: ChangeTeamWish, options: Changing): Promise<TeamAnswer>;
  /** What happened in the team, the newest first, as far as you may see it. */
  teamActivity(teamId: string, wish?: { about?: string; kind?: "generation" | "enhancement" | "upload" | "batch" | "comment" | "feedback" | "review" | "collection" | "session" | "share" | "team"; page_size?: number; person?: string; search?: string; since?: string; until?: string }, options?: Options): Pages<Activity>;
  /** The team's reviews, newest first. */
  approvals(teamId: string, wish?: { asset?: string; ordering?: "created_at" | "-created_at"; overdue?: boolean; page_size?: number; requester?: string; reviewer?: string; search?: string; status?: ("approved" | "changes_requested" | "open" | "rejected" | "withdrawn")[]; waiting?: boolean }, options?: Options): Pages<ApprovalAnswer>;
  /** Ask members to review an image that you may change. Of an image one review stands at a time. */
  requestApproval(teamId: string, wish: RequestApprovalWish, options?: Options): Promise<ApprovalAnswer>;
  approval(teamId: string, approvalId: string, options?: Options): Promise<ApprovalAnswer>;
  /** Answer as a reviewer. One's last answer counts, until the image is approved. */
  answerApproval(teamId: string, approvalId: string, wish: AnswerApprovalWish, options?: Options): Promise<ApprovalAnswer>;
  /** End a review, or unlock an approved image. For who asked, owners and admins. */
  withdrawApproval(teamId: string, approvalId: string, options?: Options): Promise<ApprovalAnswer>;
  /** Let everybody look and nobody write: what runs is paused or cancelled. For owners. */
  archiveTeam(teamId: string, options?: Options): Promise<LifeAnswer>;
  /** What was done in the team to its members, settings and budgets, and what was tried and refused. */
  teamAudit(teamId: string, wish?: { action?: string; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; since?: unknown; until?: unknown }, options?: Options): Pages<AuditAnswer>;
  /** All of the log, the oldest first, with the digests that chain each entry to the one before. Cells that a spreadsheet would run are guarded by an apostrophe. */
  teamAuditExport(teamId: string, wish?: { as?: "csv" | "jsonl" }, options?: Options): Promise<Blob>;
  teamAuditExport(teamId: string, wish: { as?: "csv" | "jsonl" }, options: Saving): Promise<string>;
  /** The team's automations. */
  teamAutomations(teamId: string, wish?: { active?: boolean; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string }, options?: Options): Pages<Automation>;
  /** Make an automation, switched on; with what it is expected to cost. */
  createTeamAutomation(teamId: string, wish: CreateTeamAutomationWish, options?: Options): Promise<AutomationDetail>;
  /** One automation. */
  teamAutomation(teamId: string, automationId: string, options?: Options): Promise<AutomationDetail>;
  /** Change what is given, or switch it on or off; needs If-Match. From then on it works in your name. */
  changeTeamAutomation(teamId: string, automationId: string, wish: ChangeTeamAutomationWish, options: Changing): Promise<AutomationDetail>;
  /** Delete it with its list of runs; what it made stays. */
  deleteTeamAutomation(teamId: string, automationId: string, options?: Options): Promise<void>;
  /** What became of each approval, newest first. */
  teamAutomationRuns(teamId: string, automationId: string, wish?: { asset?: string; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; status?: ("cancelled" | "delivered" | "delivering" | "enhancing" | "failed" | "skipped" | "waiting")[] }, options?: Options): Pages<Run>;
  /** Cancel one run or all that are under way, or retry one or all that failed: what was made already is not made again. */
  changeTeamAutomationRun(teamId: string, automationId: string, wish?: ChangeTeamAutomationRunWish, options?: Options): Promise<Count>;
  /** Every image that was delivered, of these days or of all, with a table, in one archive. */
  teamAutomationZip(teamId: string, automationId: string, wish?: { since?: string; until?: string }, options?: Options): Promise<Blob>;
  teamAutomationZip(teamId: string, automationId: string, wish: { since?: string; until?: string }, options: Saving): Promise<string>;
  /** For every member. */
  teamAvatar(teamId: string, options?: Options): Promise<Blob>;
  teamAvatar(teamId: string, options: Saving): Promise<string>;
  /** Give the team a picture. For owners and admins. */
  setTeamAvatar(teamId: string, wish: SetTeamAvatarWish, options?: Options): Promise<void>;
  /** Take the picture away: its initials stand for the team. */
  deleteTeamAvatar(teamId: string, options?: Options): Promise<void>;
  /** The team's collections, newest first; those in the trash only with `trashed`. */
  collections(teamId: string, wish?: { asset?: string; ordering?: "created_at" | "-created_at"; owner?: string; page_size?: number; search?: string; trashed?: boolean }, options?: Options): Pages<CollectionAnswer>;
  /** Make a collection, with images in it or without. */
  createCollection(teamId: string, wish: CreateCollectionWish, options?: Options): Promise<CollectionAnswer>;
  /** One collection; DELETE moves it to the trash for 30 days, its images stay. */
  collection(teamId: string, collectionId: string, options?: Options): Promise<CollectionAnswer>;
  /** Give it another name. Needs If-Match. */
  changeCollection(teamId: string, collectionId: string, wish: ChangeCollectionWish, options: Changing): Promise<CollectionAnswer>;
  /** One collection; DELETE moves it to the trash for 30 days, its images stay. */
  deleteCollection(teamId: string, collectionId: string, options?: Options): Promise<void>;
  /** The images of a collection, in order; those in the trash are left out until they are restored. */
  collectionAssets(teamId: string, collectionId: string, wish?: { after?: number; limit?: number }, options?: Options): Pages<CollectedAnswer>;
  /** Put images of the team at its end; those that are in it already stay where they are. */
  addToCollection(teamId: string, collectionId: string, wish: AddToCollectionWish, options?: Options): Promise<AddedAnswer>;
  /** Move it to another's place; those between move by one. */
  moveInCollection(teamId: string, collectionId: string, assetId: string, wish?: MoveInCollectionWish, options?: Options): Promise<CollectionAnswer>;
  /** One image in a collection: move it, or take it out. */
  removeFromCollection(teamId: string, collectionId: string, assetId: string, options?: Options): Promise<void>;
  /** A collection as a PDF, one image a page, in the version that is in use. */
  collectionLookbook(teamId: string, collectionId: string, wish?: { part?: number; titles?: boolean }, options?: Options): Promise<Blob>;
  collectionLookbook(teamId: string, collectionId: string, wish: { part?: number; titles?: boolean }, options: Saving): Promise<string>;
  /** Take a collection out of the trash. */
  restoreCollection(teamId: string, collectionId: string, options?: Options): Promise<CollectionAnswer>;
  /** What was said in the team, newest first; what was taken back only while it is answered. */
  teamComments(teamId: string, wish?: { asset?: string; author?: string; batch?: string; collection?: string; mentions?: string; ordering?: "created_at" | "-created_at"; page_size?: number; pinned?: boolean; reply_to?: string; resolved?: boolean; search?: string; threads?: boolean }, options?: Options): Pages<CommentAnswer>;
  /** Say something of an image, a collection or a batch; of a spot or region of an image; or in answer. */
  createTeamComment(teamId: string, wish: CreateTeamCommentWish, options?: Options): Promise<CommentAnswer>;
  teamComment(teamId: string, commentId: string, options?: Options): Promise<CommentAnswer>;
  /** Give one's own comment other words; those before are kept. Needs If-Match. */
  changeTeamComment(teamId: string, commentId: string, wish: ChangeTeamCommentWish, options: Changing): Promise<CommentAnswer>;
  /** Take a comment back: one's own; for owners and admins anybody's. */
  deleteTeamComment(teamId: string, commentId: string, options?: Options): Promise<void>;
  /** What a comment said before it was given other words, newest first; of one that was taken back nothing. */
  teamCommentHistory(teamId: string, commentId: string, wish?: { ordering?: "created_at" | "-created_at"; page_size?: number }, options?: Options): Pages<WordingAnswer>;
  /** Put a sign to a comment: agree, love, celebrate, smile, looking or done; one of each. */
  reactToComment(teamId: string, commentId: string, sign: string, options?: Options): Promise<CommentAnswer>;
  /** Take one's own sign from a comment. */
  takeBackReaction(teamId: string, commentId: string, sign: string, options?: Options): Promise<void>;
  /** Open a resolved thread again. */
  reopenThread(teamId: string, commentId: string, options?: Options): Promise<CommentAnswer>;
  /** Call a thread resolved. Said again it changes nothing, nor who did it first. */
  resolveThread(teamId: string, commentId: string, options?: Options): Promise<CommentAnswer>;
  /** What holds in the team where nobody says otherwise. The ETag is the team's. */
  teamDefaults(teamId: string, options?: Options): Promise<TeamDefaultAnswer[]>;
  /** Change the defaults that are named. For owners and admins; needs If-Match. */
  changeTeamDefaults(teamId: string, wish: ChangeTeamDefaultsWish, options: Changing): Promise<TeamDefaultAnswer[]>;
  /** Hide the team at once and delete it in 30 days; until then every owner can restore it. For owners. */
  deleteTeam(teamId: string, wish: DeleteTeamWish, options?: Options): Promise<LifeAnswer>;
  /** All that the team has: JSON lines, every picture, and a manifest with the SHA-256 of each. For owners. */
  teamExport(teamId: string, options?: Options): Promise<Blob>;
  teamExport(teamId: string, options: Saving): Promise<string>;
  /** Make a member an owner and step down, in one step; the new owner is answered. For owners. */
  handOverTeam(teamId: string, wish: HandOverTeamWish, options?: Options): Promise<MemberAnswer>;
  /** The team's invitations, the newest first. For owners and admins. */
  invitations(teamId: string, wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; state?: "accepted" | "expired" | "open" | "revoked" }, options?: Options): Pages<InvitationAnswer>;
  /** Send it again with a new key; the old one lets nobody in any more. At most once a minute. No Idempotency-Key is honoured: sent twice, the later key counts. */
  renewInvitation(teamId: string, invitationId: string, options?: Options): Promise<InvitationMade>;
  /** Take it back. */
  revokeInvitation(teamId: string, invitationId: string, options?: Options): Promise<void>;
  /** Invite an address in a role. For owners and admins; only owners invite owners. No Idempotency-Key is honoured: a link is kept nowhere, so it cannot be told again. An address that is invited already answers 409. */
  invite(teamId: string, wish: InviteWish, options?: Options): Promise<InvitationMade>;
  /** How the team stands: also of one that is about to be deleted, of which nothing else is shown. */
  teamLife(teamId: string, options?: Options): Promise<LifeAnswer>;
  /** Who belongs to the team. For every member of it. */
  teamMembers(teamId: string, wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; search?: string }, options?: Options): Pages<MemberAnswer>;
  /** Change a member's role. For owners and admins; only owners make or change owners. */
  setTeamMember(teamId: string, userId: string, wish: SetTeamMemberWish, options?: Options): Promise<MemberAnswer>;
  /** Remove a member, or leave the team oneself. */
  deleteTeamMember(teamId: string, userId: string, options?: Options): Promise<void>;
  /** What the team may use, and how much of it it does. */
  teamPlan(teamId: string, options?: Options): Promise<PlanAnswer>;
  /** Take the deletion back. For owners. */
  restoreTeam(teamId: string, options?: Options): Promise<LifeAnswer>;
  /** The team's review sessions, newest first. */
  sessions(teamId: string, wish?: { collection?: string; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; status?: "ended" | "open" }, options?: Options): Pages<SessionLine>;
  /** Begin a review of a collection as it is now. For editors and above; the caller presents. */
  openSession(teamId: string, wish: OpenSessionWish, options?: Options): Promise<SessionAnswer>;
  /** What the team shares, newest first: for owners and admins all of it, for others what they share themselves. */
  shares(teamId: string, wish?: { kind?: "asset" | "batch" | "collection"; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; state?: "expired" | "open" | "resting" | "revoked"; way?: "link" | "person" | "team" }, options?: Options): Pages<ShareAnswer>;
  /** Share what you may change with a person, another team, or whoever has a link. With the same Idempotency-Key it is shared once, and the same share and link are told; with another wish under it, or when that share has ended or was changed, it is refused. */
  createShare(teamId: string, wish?: CreateShareWish, options?: Options): Promise<ShareMade>;
  share(teamId: string, shareId: string, options?: Options): Promise<ShareAnswer>;
  /** Give it another end, other rights or another password. Needs If-Match. */
  changeShare(teamId: string, shareId: string, wish: ChangeShareWish, options: Changing): Promise<ShareAnswer>;
  /** Take it back: it opens nothing from now on. */
  deleteShare(teamId: string, shareId: string, options?: Options): Promise<void>;
  /** Let it be worked in again; what was paused waits to be resumed. For owners. */
  unarchiveTeam(teamId: string, options?: Options): Promise<LifeAnswer>;
  /** The overview of one team. */
  teamAnalytics(teamId: string, wish?: { compare?: "previous"; from?: string; interval?: "hour" | "day" | "week" | "month"; member?: string; model?: string; provider?: string; simulated?: "yes" | "no"; timezone?: string; to?: string }, options?: Options): Promise<AnalyticsOverview>;
  /** The preset that follows each generation of a team which does not say otherwise. */
  teamAutoEnhance(teamId: string, options?: Options): Promise<UsualAnswer>;
  /** For owners and admins of the team. */
  setTeamAutoEnhance(teamId: string, wish: SetTeamAutoEnhanceWish, options?: Options): Promise<UsualAnswer>;
  /** This month's budgets of a team. PUT sets one; for owners and admins. */
  teamBudgets(teamId: string, options?: Options): Promise<Budgets>;
  /** This month's budgets of a team. PUT sets one; for owners and admins. */
  setTeamBudget(teamId: string, wish: SetTeamBudgetWish, options?: Options): Promise<Budgets>;
  /** The generations of one team. */
  teamGenerations(teamId: string, wish?: { model?: string; ordering?: "created_at" | "-created_at"; page_size?: number; provider?: string; search?: string; status?: "cancelled" | "failed" | "partial" | "queued" | "running" | "succeeded"; team?: string; trashed?: boolean }, options?: Options): Pages<Generation>;
  /** The personas of one team. */
  teamPersonas(teamId: string, wish?: { from_pictures?: boolean; ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; starter?: boolean }, options?: Options): Pages<Persona>;
  /** The personas of one team. */
  createTeamPersona(teamId: string, wish: CreateTeamPersonaWish, options?: Options): Promise<PersonaMade>;
  /** The monthly statements of a team. Each is made when its month is over, and never changed. */
  teamStatements(teamId: string, wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; search?: string; year?: number }, options?: Options): Pages<StatementAnswer>;
  /** A statement with its lines. */
  teamStatement(teamId: string, statementId: string, options?: Options): Promise<StatementWhole>;
  /** A statement as a PDF, in whole cents, or as CSV, exact. Cells that a spreadsheet would run are guarded by an apostrophe. */
  teamStatementFile(teamId: string, statementId: string, wish?: { as?: "pdf" | "csv" }, options?: Options): Promise<Blob>;
  teamStatementFile(teamId: string, statementId: string, wish: { as?: "pdf" | "csv" }, options: Saving): Promise<string>;
  /** The teams of the caller that are about to be deleted, the first to go first. */
  teamsEnding(options?: Options): Promise<LifeAnswer[]>;
  /** The webhooks of the caller's teams. */
  webhooks(wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; team?: string }, options?: Options): Pages<Webhook>;
  /** Set up a webhook. Its secret is in this answer only. Idempotency-Key is not honoured here, for that would keep the answer and so the secret; a second webhook with the same address is refused. */
  createWebhook(wish: CreateWebhookWish, options?: Options): Promise<NewWebhook>;
  /** One webhook. */
  webhook(webhookId: string, options?: Options): Promise<Webhook>;
  /** Change what is given, or switch it on or off; needs If-Match. */
  changeWebhook(webhookId: string, wish: ChangeWebhookWish, options: Changing): Promise<Webhook>;
  /** Remove it: nothing more is sent there. */
  deleteWebhook(webhookId: string, options?: Options): Promise<void>;
  /** What was sent to one webhook, newest first. */
  webhookDeliveries(webhookId: string, wish?: { ordering?: "created_at" | "-created_at"; page_size?: number; status?: "dead" | "delivered" | "sending" | "waiting"; type?: string }, options?: Options): Pages<Delivery>;
  /** One message with every call that was made for it. */
  webhookDelivery(webhookId: string, deliveryId: string, options?: Options): Promise<DeliveryDetail>;
  /** Send it now, under the same id and with a new timestamp: again, or sooner than its next try. */
  replayWebhookDelivery(webhookId: string, deliveryId: string, options?: Options): Promise<Delivery>;
  /** Make a new secret, which is in this answer only: Idempotency-Key, which would keep it, is not honoured. */
  renewWebhookSecret(webhookId: string, wish?: RenewWebhookSecretWish, options?: Options): Promise<NewWebhook>;
  /** Send one `webhook.test`; read its outcome in the log. */
  testWebhook(webhookId: string, options?: Options): Promise<Delivery>;
}
