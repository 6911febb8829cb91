# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: batches."""

from pathlib import Path
from typing import Any, Literal, Unpack

from designer_bff import types
from designer_bff._sync.http import Caller
from designer_bff._sync.pages import Pages
from designer_bff.saying import StrPath, quoted, said


class BatchesCalls(Caller):
    def batches(
        self,
        *,
        kind: Literal["enhance", "generate"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        series: str | None = None,
        status: list[Literal["cancelled", "completed", "draft", "failed", "partial", "paused", "running", "scheduled"]]
        | None = None,
        team: str | None = None,
    ) -> Pages[types.Batch]:
        """The batches of the caller's teams."""
        return Pages(
            self,
            "/batch",
            query={
                "kind": kind,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "series": series,
                "status": status,
                "team": team,
            },
        )

    def batch(self, batch_id: str) -> types.BatchDetail:
        """One batch with its plan; PATCH changes it while it runs; DELETE cancels it: what was finished stays."""
        answer: types.BatchDetail = self.call("GET", f"/batch/{quoted(batch_id)}")
        return answer

    def change_batch(self, batch_id: str, **more: Unpack[types.ChangeBatchWish]) -> types.Batch:
        """One batch with its plan; PATCH changes it while it runs; DELETE cancels it: what was finished stays."""
        answer: types.Batch = self.call("PATCH", f"/batch/{quoted(batch_id)}", body=said({**more}))
        return answer

    def cancel_batch(self, batch_id: str) -> types.Batch:
        """One batch with its plan; PATCH changes it while it runs; DELETE cancels it: what was finished stays."""
        answer: types.Batch = self.call("DELETE", f"/batch/{quoted(batch_id)}")
        return answer

    def clone_batch(self, batch_id: str, *, idempotency_key: str | None = None) -> types.Batch:
        """A draft with the same plan, priced anew."""
        answer: types.Batch = self.call("POST", f"/batch/{quoted(batch_id)}/clone", idempotency_key=idempotency_key)
        return answer

    def download_contact_sheet(
        self, batch_id: str, target: StrPath, *, as_: Literal["png", "pdf"] | None = None, page: int | None = None
    ) -> Path:
        """Small images with their numbers: a page as PNG, or up to 12 pages from `page` on as PDF."""
        return self.save(target, f"/batch/{quoted(batch_id)}/contact-sheet", query={"as": as_, "page": page})

    def batch_errors(self, batch_id: str) -> list[types.ErrorGroup]:
        """What failed, one line per reason."""
        answer: list[types.ErrorGroup] = self.call("GET", f"/batch/{quoted(batch_id)}/errors")
        return answer

    def batch_items(
        self,
        batch_id: str,
        *,
        after: int | None = None,
        arm: Literal["a", "b"] | None = None,
        limit: int | None = None,
        status: Literal["waiting", "queued", "running", "succeeded", "failed", "cancelled"] | None = None,
    ) -> Pages[types.Item]:
        """Items in the order of the plan."""
        return Pages(
            self,
            f"/batch/{quoted(batch_id)}/items",
            query={"after": after, "arm": arm, "limit": limit, "status": status},
        )

    def pause_batch(self, batch_id: str, *, idempotency_key: str | None = None) -> types.Batch:
        """Begin nothing new; what runs ends."""
        answer: types.Batch = self.call("POST", f"/batch/{quoted(batch_id)}/pause", idempotency_key=idempotency_key)
        return answer

    def batch_progress(self, batch_id: str) -> types.Progress:
        """Counts, pace, what is left, cost so far, and how each provider does."""
        answer: types.Progress = self.call("GET", f"/batch/{quoted(batch_id)}/progress")
        return answer

    def download_batch_results(
        self, batch_id: str, target: StrPath, *, as_: Literal["csv", "json"] | None = None
    ) -> Path:
        """What came of each item, as a table. Cells that a spreadsheet would run are guarded by an apostrophe."""
        return self.save(target, f"/batch/{quoted(batch_id)}/results", query={"as": as_})

    def resume_batch(self, batch_id: str, *, idempotency_key: str | None = None) -> types.Batch:
        """Go on with a paused batch."""
        answer: types.Batch = self.call("POST", f"/batch/{quoted(batch_id)}/resume", idempotency_key=idempotency_key)
        return answer

    def retry_batch(
        self, batch_id: str, *, idempotency_key: str | None = None, **more: Unpack[types.RetryBatchWish]
    ) -> types.Batch:
        """Try the failed items again, and only them."""
        answer: types.Batch = self.call(
            "POST", f"/batch/{quoted(batch_id)}/retry", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    def start_batch(self, batch_id: str, *, idempotency_key: str | None = None) -> types.Batch:
        """Start a draft, or what waits for its time, now."""
        answer: types.Batch = self.call("POST", f"/batch/{quoted(batch_id)}/start", idempotency_key=idempotency_key)
        return answer

    def batch_votes(self, batch_id: str) -> types.Verdict:
        """What the votes say so far; POST casts one, once per pair and person."""
        answer: types.Verdict = self.call("GET", f"/batch/{quoted(batch_id)}/votes")
        return answer

    def vote(
        self, batch_id: str, pair: int, choice: types.ChoiceEnum, *, idempotency_key: str | None = None
    ) -> types.Revealed:
        """What the votes say so far; POST casts one, once per pair and person."""
        answer: types.Revealed = self.call(
            "POST",
            f"/batch/{quoted(batch_id)}/votes",
            body=said({"pair": pair, "choice": choice}),
            idempotency_key=idempotency_key,
        )
        return answer

    def next_vote(self, batch_id: str) -> types.NextPair:
        """The next pair to vote on; which side is which arm is not told."""
        answer: types.NextPair = self.call("GET", f"/batch/{quoted(batch_id)}/votes/next")
        return answer

    def download_batch(self, batch_id: str, target: StrPath) -> Path:
        """Every image of the batch, and the table, in one archive."""
        return self.save(target, f"/batch/{quoted(batch_id)}/zip")

    def estimate_batch(
        self, plan: dict[str, Any], *, idempotency_key: str | None = None, **more: Unpack[types.EstimateBatchWish]
    ) -> types.BatchEstimate:
        """What a plan would make, cost and take, and how much of it the budgets allow. Nothing is written."""
        answer: types.BatchEstimate = self.call(
            "POST", "/batch/estimate", body=said({"plan": plan, **more}), idempotency_key=idempotency_key
        )
        return answer

    def create_batch(
        self, plan: dict[str, Any], *, idempotency_key: str | None = None, **more: Unpack[types.CreateBatchWish]
    ) -> types.Batch:
        """Plan a batch and start it: at once, at a time, or repeatedly. All of its items are planned, or nothing
        is.
        """
        answer: types.Batch = self.call(
            "POST", "/batch/generate", body=said({"plan": plan, **more}), idempotency_key=idempotency_key
        )
        return answer

    def download_import_template(self, target: StrPath, *, brief: str | None = None) -> Path:
        """A CSV to fill in: a column for each slot of the brief, and the usual fields."""
        return self.save(target, "/batch/import/template", query={"brief": brief})

    def batch_templates(
        self, *, ordering: Literal["created_at", "-created_at"] | None = None, page_size: int | None = None
    ) -> Pages[types.Template]:
        """Saved plans, or save one."""
        return Pages(self, "/batch/templates", query={"ordering": ordering, "page_size": page_size})

    def create_batch_template(
        self,
        name: str,
        plan: dict[str, Any],
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateBatchTemplateWish],
    ) -> types.Template:
        """Saved plans, or save one."""
        answer: types.Template = self.call(
            "POST", "/batch/templates", body=said({"name": name, "plan": plan, **more}), idempotency_key=idempotency_key
        )
        return answer

    def batch_template(self, template_id: str) -> types.Template:
        """One saved plan. Deleting it changes no batch that was made of it."""
        answer: types.Template = self.call("GET", f"/batch/templates/{quoted(template_id)}")
        return answer

    def delete_batch_template(self, template_id: str) -> None:
        """One saved plan. Deleting it changes no batch that was made of it."""
        self.call("DELETE", f"/batch/templates/{quoted(template_id)}")

    def dead_jobs(
        self,
        *,
        code: str | None = None,
        kind: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        team: str | None = None,
    ) -> Pages[types.DeadJob]:
        """Jobs that gave up after their last try, of all teams that the caller belongs to; for who runs the
        studio, of all: by token, with the scope `admin`.
        """
        return Pages(
            self,
            "/queue/dead",
            query={"code": code, "kind": kind, "ordering": ordering, "page_size": page_size, "team": team},
        )

    def dead_causes(self) -> types.CauseList:
        """How many gave up by kind and cause, the most frequent first: 50 of them."""
        answer: types.CauseList = self.call("GET", "/queue/dead/causes")
        return answer

    def discard_dead_jobs(
        self, reason: str, *, idempotency_key: str | None = None, **more: Unpack[types.DiscardDeadJobsWish]
    ) -> types.DiscardAnswer:
        """End dead jobs for good: these, all, or all of a cause. For owners and admins of their teams."""
        answer: types.DiscardAnswer = self.call(
            "POST", "/queue/dead/discard", body=said({"reason": reason, **more}), idempotency_key=idempotency_key
        )
        return answer

    def replay_dead_jobs(
        self, *, idempotency_key: str | None = None, **more: Unpack[types.ReplayDeadJobsWish]
    ) -> types.ReplayAnswer:
        """Run dead jobs again with all their tries: these, all, or all of a cause. For owners and admins. What was
        made is kept, and a call that may have been paid for is not bought a second time.
        """
        answer: types.ReplayAnswer = self.call(
            "POST", "/queue/dead/replay", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    def jobs(
        self,
        *,
        code: str | None = None,
        kind: str | None = None,
        lane: Literal["batch", "gpu", "interactive", "io", "remote"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        status: Literal["cancelled", "dead", "failed", "leased", "queued", "retrying", "scheduled", "succeeded"]
        | None = None,
        team: str | None = None,
    ) -> Pages[types.QueuedJob]:
        """The jobs of all teams, by status, lane, kind, team or cause, or searched for."""
        return Pages(
            self,
            "/queue/jobs",
            query={
                "code": code,
                "kind": kind,
                "lane": lane,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "status": status,
                "team": team,
            },
        )

    def lanes(self) -> types.LaneList:
        """Every lane: depth, age, throughput, and whether it is paused."""
        answer: types.LaneList = self.call("GET", "/queue/lanes")
        return answer

    def pause_lane(self, lane_id: str, **more: Unpack[types.PauseLaneWish]) -> types.LaneNow:
        """Begin nothing more in a lane; what runs there ends."""
        answer: types.LaneNow = self.call("PUT", f"/queue/lanes/{quoted(lane_id)}/pause", body=said({**more}))
        return answer

    def resume_lane(self, lane_id: str) -> None:
        """Let a paused lane go on."""
        self.call("DELETE", f"/queue/lanes/{quoted(lane_id)}/pause")

    def model_standings(self) -> types.ModelNowList:
        """How every model stands that can be called here: limits, what is left of them, circuit and rests."""
        answer: types.ModelNowList = self.call("GET", "/queue/models")
        return answer

    def team_shares(self, *, search: str | None = None) -> types.ShareList:
        """Teams with their weight in the queue: 20, those with one of their own first, or those searched for."""
        answer: types.ShareList = self.call("GET", "/queue/teams", query={"search": search})
        return answer

    def weigh_team(self, team_id: str, weight: int) -> types.Share:
        """Give a team more or less of every lane; 1 is the usual share."""
        answer: types.Share = self.call("PUT", f"/queue/teams/{quoted(team_id)}", body=said({"weight": weight}))
        return answer

    def queue_unsettled(self) -> types.UnsettledList:
        """Calls that may have been paid for, by model: nobody knows how they ended, and none is made again by
        itself.
        """
        answer: types.UnsettledList = self.call("GET", "/queue/unsettled")
        return answer

    def courier(self) -> types.Courier:
        """What waits to be sent to webhooks, of all teams."""
        answer: types.Courier = self.call("GET", "/queue/webhooks")
        return answer

    def workers(self) -> types.WorkerList:
        """Every worker: its last sign of life, its lanes, what it can do, and what it does now."""
        answer: types.WorkerList = self.call("GET", "/queue/workers")
        return answer

    def drain_worker(self, worker_id: str) -> types.Worker:
        """Have a worker take no more; what it does, it ends. Its state is `drained` once it may be stopped."""
        answer: types.Worker = self.call("PUT", f"/queue/workers/{quoted(worker_id)}/drain")
        return answer

    def employ_worker(self, worker_id: str) -> None:
        """Let a drained worker take work again."""
        self.call("DELETE", f"/queue/workers/{quoted(worker_id)}/drain")

    def webhooks(
        self,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        team: str | None = None,
    ) -> Pages[types.Webhook]:
        """The webhooks of the caller's teams."""
        return Pages(self, "/webhooks", query={"ordering": ordering, "page_size": page_size, "team": team})

    def create_webhook(
        self,
        url: str,
        events: list[str],
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateWebhookWish],
    ) -> types.NewWebhook:
        """Set up a webhook. Its secret is in this answer only. Idempotency-Key is not honoured here, for that
        would keep the answer and so the secret; a second webhook with the same address is refused.
        """
        answer: types.NewWebhook = self.call(
            "POST", "/webhooks", body=said({"url": url, "events": events, **more}), idempotency_key=idempotency_key
        )
        return answer

    def webhook(self, webhook_id: str) -> types.Webhook:
        """One webhook."""
        answer: types.Webhook = self.call("GET", f"/webhooks/{quoted(webhook_id)}")
        return answer

    def change_webhook(
        self, webhook_id: str, *, if_match: str, **more: Unpack[types.ChangeWebhookWish]
    ) -> types.Webhook:
        """Change what is given, or switch it on or off; needs If-Match."""
        answer: types.Webhook = self.call(
            "PATCH", f"/webhooks/{quoted(webhook_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    def delete_webhook(self, webhook_id: str) -> None:
        """Remove it: nothing more is sent there."""
        self.call("DELETE", f"/webhooks/{quoted(webhook_id)}")

    def webhook_deliveries(
        self,
        webhook_id: str,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        status: Literal["dead", "delivered", "sending", "waiting"] | None = None,
        type: str | None = None,
    ) -> Pages[types.Delivery]:
        """What was sent to one webhook, newest first."""
        return Pages(
            self,
            f"/webhooks/{quoted(webhook_id)}/deliveries",
            query={"ordering": ordering, "page_size": page_size, "status": status, "type": type},
        )

    def webhook_delivery(self, webhook_id: str, delivery_id: str) -> types.DeliveryDetail:
        """One message with every call that was made for it."""
        answer: types.DeliveryDetail = self.call(
            "GET", f"/webhooks/{quoted(webhook_id)}/deliveries/{quoted(delivery_id)}"
        )
        return answer

    def replay_webhook_delivery(
        self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> types.Delivery:
        """Send it now, under the same id and with a new timestamp: again, or sooner than its next try."""
        answer: types.Delivery = self.call(
            "POST",
            f"/webhooks/{quoted(webhook_id)}/deliveries/{quoted(delivery_id)}/replay",
            idempotency_key=idempotency_key,
        )
        return answer

    def renew_webhook_secret(
        self, webhook_id: str, *, idempotency_key: str | None = None, **more: Unpack[types.RenewWebhookSecretWish]
    ) -> types.NewWebhook:
        """Make a new secret, which is in this answer only: Idempotency-Key, which would keep it, is not honoured."""
        answer: types.NewWebhook = self.call(
            "POST", f"/webhooks/{quoted(webhook_id)}/secret", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    def test_webhook(self, webhook_id: str, *, idempotency_key: str | None = None) -> types.Delivery:
        """Send one `webhook.test`; read its outcome in the log."""
        answer: types.Delivery = self.call(
            "POST", f"/webhooks/{quoted(webhook_id)}/test", idempotency_key=idempotency_key
        )
        return answer
