# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.

"""Calls of the API: account."""

from pathlib import Path
from typing import Any, Literal, Unpack

from designer_bff import types
from designer_bff._sync.http import Caller
from designer_bff._sync.pages import Pages
from designer_bff.saying import StrPath, quoted, said


class AccountCalls(Caller):
    def alerts(
        self, *, ordering: Literal["created_at", "-created_at"] | None = None, page_size: int | None = None
    ) -> Pages[types.Alert]:
        """What holds now for everybody or for one's teams, newest first: providers down, budgets, maintenance."""
        return Pages(self, "/alerts", query={"ordering": ordering, "page_size": page_size})

    def api_tokens(
        self, *, ordering: Literal["created_at", "-created_at"] | None = None, page_size: int | None = None
    ) -> Pages[types.TokenAnswer]:
        """One's own API tokens, without their keys."""
        return Pages(self, "/auth/tokens", query={"ordering": ordering, "page_size": page_size})

    def create_api_token(
        self, name: str, *, idempotency_key: str | None = None, **more: Unpack[types.CreateApiTokenWish]
    ) -> types.NewTokenAnswer:
        """Make a token, by e-mail and password or as whoever is signed in. The key is in this answer only.
        Idempotency-Key is not honoured here, for that would keep the answer and so the key.
        """
        answer: types.NewTokenAnswer = self.call(
            "POST", "/auth/tokens", body=said({"name": name, **more}), idempotency_key=idempotency_key
        )
        return answer

    def api_token(self, token_id: str) -> types.TokenAnswer:
        answer: types.TokenAnswer = self.call("GET", f"/auth/tokens/{quoted(token_id)}")
        return answer

    def delete_api_token(self, token_id: str) -> None:
        """Revoke a token at once. A token may revoke itself; to revoke others it needs the scope admin."""
        self.call("DELETE", f"/auth/tokens/{quoted(token_id)}")

    def events(
        self, channel: str, *, after: int | None = None, epoch: str | None = None, limit: int | None = None
    ) -> types.EventPage:
        """GET /api/events?channel=&after=&limit=: the last 24 hours of one channel, oldest first."""
        answer: types.EventPage = self.call(
            "GET", "/events", query={"after": after, "channel": channel, "epoch": epoch, "limit": limit}
        )
        return answer

    def accept_invitation(self, key: str, *, idempotency_key: str | None = None) -> types.Joined:
        """Join a team by the key of an invitation to one of your addresses. Said again, it changes nothing."""
        answer: types.Joined = self.call(
            "POST", "/invitations/accept", body=said({"key": key}), idempotency_key=idempotency_key
        )
        return answer

    def me(self) -> types.Me:
        """Who is calling, and their teams."""
        answer: types.Me = self.call("GET", "/me")
        return answer

    def change_me(self, **more: Unpack[types.ChangeMeWish]) -> types.Me:
        """Change one's name or time zone. If-Match is honoured where sent."""
        answer: types.Me = self.call("PATCH", "/me", body=said({**more}))
        return answer

    def notifications(
        self,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        unread: bool | None = None,
    ) -> Pages[types.Notification]:
        """What the caller was told, newest first."""
        return Pages(self, "/notifications", query={"ordering": ordering, "page_size": page_size, "unread": unread})

    def mark_read(self, *, idempotency_key: str | None = None, **more: Unpack[types.MarkReadWish]) -> types.ReadAnswer:
        """Mark notifications as read."""
        answer: types.ReadAnswer = self.call(
            "POST", "/notifications/read", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    def notification_settings(self) -> types.WishAnswer:
        """How the caller wants to hear of each kind of news."""
        answer: types.WishAnswer = self.call("GET", "/notifications/settings")
        return answer

    def change_notification_settings(self, **more: Unpack[types.ChangeNotificationSettingsWish]) -> types.WishAnswer:
        """Change the kinds that are named."""
        answer: types.WishAnswer = self.call("PATCH", "/notifications/settings", body=said({**more}))
        return answer

    def shared(
        self, *, ordering: Literal["created_at", "-created_at"] | None = None, page_size: int | None = None
    ) -> Pages[types.SharedAnswer]:
        """What others share with you and your teams, newest first, as long as it stands."""
        return Pages(self, "/shared", query={"ordering": ordering, "page_size": page_size})

    def decline_shared(self, share_id: str) -> None:
        """Decline it: you see nothing of it any more. Nobody is told, and others of a team of yours see it still."""
        self.call("DELETE", f"/shared/{quoted(share_id)}")

    def shared_comments(
        self,
        share_id: str,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
    ) -> Pages[types.GuestAnswer]:
        """What was said through this share, and what the team answered, newest first."""
        return Pages(self, f"/shared/{quoted(share_id)}/comments", query={"ordering": ordering, "page_size": page_size})

    def create_shared_comment(
        self,
        share_id: str,
        text: str,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateSharedCommentWish],
    ) -> types.GuestAnswer:
        """Say something of what is shared, where that is among your rights."""
        answer: types.GuestAnswer = self.call(
            "POST",
            f"/shared/{quoted(share_id)}/comments",
            body=said({"text": text, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def shared_images(self, share_id: str, *, after: int | None = None) -> Pages[types.SharedImage]:
        """The images that a share shows now, in order."""
        return Pages(self, f"/shared/{quoted(share_id)}/images", query={"after": after})

    def download_shared(self, share_id: str, image_id: str, target: StrPath) -> Path:
        """The file of one of them, where the share lets download."""
        return self.save(target, f"/shared/{quoted(share_id)}/images/{quoted(image_id)}/content")

    def download_shared_thumbnail(self, share_id: str, image_id: str, target: StrPath, *, w: int | None = None) -> Path:
        """A WebP of one of them, to be looked at."""
        return self.save(target, f"/shared/{quoted(share_id)}/images/{quoted(image_id)}/thumbnail", query={"w": w})

    def teams(
        self, *, ordering: Literal["created_at", "-created_at"] | None = None, page_size: int | None = None
    ) -> Pages[types.TeamAnswer]:
        """The teams that the caller belongs to."""
        return Pages(self, "/teams", query={"ordering": ordering, "page_size": page_size})

    def create_team(self, name: str, *, idempotency_key: str | None = None) -> types.TeamAnswer:
        """Make a team and be its owner."""
        answer: types.TeamAnswer = self.call(
            "POST", "/teams", body=said({"name": name}), idempotency_key=idempotency_key
        )
        return answer

    def team(self, team_id: str) -> types.TeamAnswer:
        answer: types.TeamAnswer = self.call("GET", f"/teams/{quoted(team_id)}")
        return answer

    def change_team(self, team_id: str, *, if_match: str, **more: Unpack[types.ChangeTeamWish]) -> types.TeamAnswer:
        """Change name, slug, zone, what uploads keep or whether links share. For owners and admins; needs If-
        Match.
        """
        answer: types.TeamAnswer = self.call(
            "PATCH", f"/teams/{quoted(team_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    def team_activity(
        self,
        team_id: str,
        *,
        about: str | None = None,
        kind: Literal[
            "generation",
            "enhancement",
            "upload",
            "batch",
            "comment",
            "feedback",
            "review",
            "collection",
            "session",
            "share",
            "team",
        ]
        | None = None,
        page_size: int | None = None,
        person: str | None = None,
        search: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Pages[types.Activity]:
        """What happened in the team, the newest first, as far as you may see it."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/activity",
            query={
                "about": about,
                "kind": kind,
                "page_size": page_size,
                "person": person,
                "search": search,
                "since": since,
                "until": until,
            },
        )

    def approvals(
        self,
        team_id: str,
        *,
        asset: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        overdue: bool | None = None,
        page_size: int | None = None,
        requester: str | None = None,
        reviewer: str | None = None,
        search: str | None = None,
        status: list[Literal["approved", "changes_requested", "open", "rejected", "withdrawn"]] | None = None,
        waiting: bool | None = None,
    ) -> Pages[types.ApprovalAnswer]:
        """The team's reviews, newest first."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/approvals",
            query={
                "asset": asset,
                "ordering": ordering,
                "overdue": overdue,
                "page_size": page_size,
                "requester": requester,
                "reviewer": reviewer,
                "search": search,
                "status": status,
                "waiting": waiting,
            },
        )

    def request_approval(
        self,
        team_id: str,
        asset: str,
        reviewers: list[str],
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.RequestApprovalWish],
    ) -> types.ApprovalAnswer:
        """Ask members to review an image that you may change. Of an image one review stands at a time."""
        answer: types.ApprovalAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/approvals",
            body=said({"asset": asset, "reviewers": reviewers, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def approval(self, team_id: str, approval_id: str) -> types.ApprovalAnswer:
        answer: types.ApprovalAnswer = self.call("GET", f"/teams/{quoted(team_id)}/approvals/{quoted(approval_id)}")
        return answer

    def answer_approval(
        self,
        team_id: str,
        approval_id: str,
        verdict: types.ApprovalVerdictEnum,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.AnswerApprovalWish],
    ) -> types.ApprovalAnswer:
        """Answer as a reviewer. One's last answer counts, until the image is approved."""
        answer: types.ApprovalAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/approvals/{quoted(approval_id)}/answer",
            body=said({"verdict": verdict, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def withdraw_approval(
        self, team_id: str, approval_id: str, *, idempotency_key: str | None = None
    ) -> types.ApprovalAnswer:
        """End a review, or unlock an approved image. For who asked, owners and admins."""
        answer: types.ApprovalAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/approvals/{quoted(approval_id)}/withdraw",
            idempotency_key=idempotency_key,
        )
        return answer

    def archive_team(self, team_id: str, *, idempotency_key: str | None = None) -> types.LifeAnswer:
        """Let everybody look and nobody write: what runs is paused or cancelled. For owners."""
        answer: types.LifeAnswer = self.call(
            "POST", f"/teams/{quoted(team_id)}/archive", idempotency_key=idempotency_key
        )
        return answer

    def team_audit(
        self,
        team_id: str,
        *,
        action: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        since: Any | None = None,
        until: Any | None = None,
    ) -> Pages[types.AuditAnswer]:
        """What was done in the team to its members, settings and budgets, and what was tried and refused."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/audit",
            query={
                "action": action,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "since": since,
                "until": until,
            },
        )

    def team_audit_export(self, team_id: str, target: StrPath, *, as_: Literal["csv", "jsonl"] | None = None) -> Path:
        """All of the log, the oldest first, with the digests that chain each entry to the one before. Cells that a
        spreadsheet would run are guarded by an apostrophe.
        """
        return self.save(target, f"/teams/{quoted(team_id)}/audit/export", query={"as": as_})

    def team_automations(
        self,
        team_id: str,
        *,
        active: bool | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
    ) -> Pages[types.Automation]:
        """The team's automations."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/automations",
            query={"active": active, "ordering": ordering, "page_size": page_size, "search": search},
        )

    def create_team_automation(
        self,
        team_id: str,
        name: str,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateTeamAutomationWish],
    ) -> types.AutomationDetail:
        """Make an automation, switched on; with what it is expected to cost."""
        answer: types.AutomationDetail = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/automations",
            body=said({"name": name, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def team_automation(self, team_id: str, automation_id: str) -> types.AutomationDetail:
        """One automation."""
        answer: types.AutomationDetail = self.call(
            "GET", f"/teams/{quoted(team_id)}/automations/{quoted(automation_id)}"
        )
        return answer

    def change_team_automation(
        self, team_id: str, automation_id: str, *, if_match: str, **more: Unpack[types.ChangeTeamAutomationWish]
    ) -> types.AutomationDetail:
        """Change what is given, or switch it on or off; needs If-Match. From then on it works in your name."""
        answer: types.AutomationDetail = self.call(
            "PATCH",
            f"/teams/{quoted(team_id)}/automations/{quoted(automation_id)}",
            body=said({**more}),
            if_match=if_match,
        )
        return answer

    def delete_team_automation(self, team_id: str, automation_id: str) -> None:
        """Delete it with its list of runs; what it made stays."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/automations/{quoted(automation_id)}")

    def team_automation_runs(
        self,
        team_id: str,
        automation_id: str,
        *,
        asset: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        status: list[Literal["cancelled", "delivered", "delivering", "enhancing", "failed", "skipped", "waiting"]]
        | None = None,
    ) -> Pages[types.Run]:
        """What became of each approval, newest first."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/automations/{quoted(automation_id)}/runs",
            query={"asset": asset, "ordering": ordering, "page_size": page_size, "search": search, "status": status},
        )

    def change_team_automation_run(
        self, team_id: str, automation_id: str, **more: Unpack[types.ChangeTeamAutomationRunWish]
    ) -> types.Count:
        """Cancel one run or all that are under way, or retry one or all that failed: what was made already is not
        made again.
        """
        answer: types.Count = self.call(
            "PATCH", f"/teams/{quoted(team_id)}/automations/{quoted(automation_id)}/runs", body=said({**more})
        )
        return answer

    def team_automation_zip(
        self, team_id: str, automation_id: str, target: StrPath, *, since: str | None = None, until: str | None = None
    ) -> Path:
        """Every image that was delivered, of these days or of all, with a table, in one archive."""
        return self.save(
            target,
            f"/teams/{quoted(team_id)}/automations/{quoted(automation_id)}/zip",
            query={"since": since, "until": until},
        )

    def team_avatar(self, team_id: str, target: StrPath) -> Path:
        """For every member."""
        return self.save(target, f"/teams/{quoted(team_id)}/avatar")

    def delete_team_avatar(self, team_id: str) -> None:
        """Take the picture away: its initials stand for the team."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/avatar")

    def collections(
        self,
        team_id: str,
        *,
        asset: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        owner: str | None = None,
        page_size: int | None = None,
        search: str | None = None,
        trashed: bool | None = None,
    ) -> Pages[types.CollectionAnswer]:
        """The team's collections, newest first; those in the trash only with `trashed`."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/collections",
            query={
                "asset": asset,
                "ordering": ordering,
                "owner": owner,
                "page_size": page_size,
                "search": search,
                "trashed": trashed,
            },
        )

    def create_collection(
        self, team_id: str, name: str, *, idempotency_key: str | None = None, **more: Unpack[types.CreateCollectionWish]
    ) -> types.CollectionAnswer:
        """Make a collection, with images in it or without."""
        answer: types.CollectionAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/collections",
            body=said({"name": name, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def collection(self, team_id: str, collection_id: str) -> types.CollectionAnswer:
        """One collection; DELETE moves it to the trash for 30 days, its images stay."""
        answer: types.CollectionAnswer = self.call(
            "GET", f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}"
        )
        return answer

    def change_collection(
        self, team_id: str, collection_id: str, *, if_match: str, **more: Unpack[types.ChangeCollectionWish]
    ) -> types.CollectionAnswer:
        """Give it another name. Needs If-Match."""
        answer: types.CollectionAnswer = self.call(
            "PATCH",
            f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}",
            body=said({**more}),
            if_match=if_match,
        )
        return answer

    def delete_collection(self, team_id: str, collection_id: str) -> None:
        """One collection; DELETE moves it to the trash for 30 days, its images stay."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}")

    def collection_assets(
        self, team_id: str, collection_id: str, *, after: int | None = None, limit: int | None = None
    ) -> Pages[types.CollectedAnswer]:
        """The images of a collection, in order; those in the trash are left out until they are restored."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}/assets",
            query={"after": after, "limit": limit},
        )

    def add_to_collection(
        self, team_id: str, collection_id: str, assets: list[str], *, idempotency_key: str | None = None
    ) -> types.AddedAnswer:
        """Put images of the team at its end; those that are in it already stay where they are."""
        answer: types.AddedAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}/assets",
            body=said({"assets": assets}),
            idempotency_key=idempotency_key,
        )
        return answer

    def move_in_collection(
        self, team_id: str, collection_id: str, asset_id: str, **more: Unpack[types.MoveInCollectionWish]
    ) -> types.CollectionAnswer:
        """Move it to another's place; those between move by one."""
        answer: types.CollectionAnswer = self.call(
            "PATCH",
            f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}/assets/{quoted(asset_id)}",
            body=said({**more}),
        )
        return answer

    def remove_from_collection(self, team_id: str, collection_id: str, asset_id: str) -> None:
        """One image in a collection: move it, or take it out."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}/assets/{quoted(asset_id)}")

    def collection_lookbook(
        self, team_id: str, collection_id: str, target: StrPath, *, part: int | None = None, titles: bool | None = None
    ) -> Path:
        """A collection as a PDF, one image a page, in the version that is in use."""
        return self.save(
            target,
            f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}/lookbook",
            query={"part": part, "titles": titles},
        )

    def restore_collection(
        self, team_id: str, collection_id: str, *, idempotency_key: str | None = None
    ) -> types.CollectionAnswer:
        """Take a collection out of the trash."""
        answer: types.CollectionAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/collections/{quoted(collection_id)}/restore",
            idempotency_key=idempotency_key,
        )
        return answer

    def team_comments(
        self,
        team_id: str,
        *,
        asset: str | None = None,
        author: str | None = None,
        batch: str | None = None,
        collection: str | None = None,
        mentions: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        pinned: bool | None = None,
        reply_to: str | None = None,
        resolved: bool | None = None,
        search: str | None = None,
        threads: bool | None = None,
    ) -> Pages[types.CommentAnswer]:
        """What was said in the team, newest first; what was taken back only while it is answered."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/comments",
            query={
                "asset": asset,
                "author": author,
                "batch": batch,
                "collection": collection,
                "mentions": mentions,
                "ordering": ordering,
                "page_size": page_size,
                "pinned": pinned,
                "reply_to": reply_to,
                "resolved": resolved,
                "search": search,
                "threads": threads,
            },
        )

    def create_team_comment(
        self,
        team_id: str,
        text: str,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateTeamCommentWish],
    ) -> types.CommentAnswer:
        """Say something of an image, a collection or a batch; of a spot or region of an image; or in answer."""
        answer: types.CommentAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/comments",
            body=said({"text": text, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def team_comment(self, team_id: str, comment_id: str) -> types.CommentAnswer:
        answer: types.CommentAnswer = self.call("GET", f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}")
        return answer

    def change_team_comment(
        self, team_id: str, comment_id: str, *, if_match: str, **more: Unpack[types.ChangeTeamCommentWish]
    ) -> types.CommentAnswer:
        """Give one's own comment other words; those before are kept. Needs If-Match."""
        answer: types.CommentAnswer = self.call(
            "PATCH", f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    def delete_team_comment(self, team_id: str, comment_id: str) -> None:
        """Take a comment back: one's own; for owners and admins anybody's."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}")

    def team_comment_history(
        self,
        team_id: str,
        comment_id: str,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
    ) -> Pages[types.WordingAnswer]:
        """What a comment said before it was given other words, newest first; of one that was taken back nothing."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}/history",
            query={"ordering": ordering, "page_size": page_size},
        )

    def react_to_comment(self, team_id: str, comment_id: str, sign: str) -> types.CommentAnswer:
        """Put a sign to a comment: agree, love, celebrate, smile, looking or done; one of each."""
        answer: types.CommentAnswer = self.call(
            "PUT", f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}/reactions/{quoted(sign)}"
        )
        return answer

    def take_back_reaction(self, team_id: str, comment_id: str, sign: str) -> None:
        """Take one's own sign from a comment."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}/reactions/{quoted(sign)}")

    def reopen_thread(
        self, team_id: str, comment_id: str, *, idempotency_key: str | None = None
    ) -> types.CommentAnswer:
        """Open a resolved thread again."""
        answer: types.CommentAnswer = self.call(
            "POST", f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}/reopen", idempotency_key=idempotency_key
        )
        return answer

    def resolve_thread(
        self, team_id: str, comment_id: str, *, idempotency_key: str | None = None
    ) -> types.CommentAnswer:
        """Call a thread resolved. Said again it changes nothing, nor who did it first."""
        answer: types.CommentAnswer = self.call(
            "POST", f"/teams/{quoted(team_id)}/comments/{quoted(comment_id)}/resolve", idempotency_key=idempotency_key
        )
        return answer

    def team_defaults(self, team_id: str) -> list[types.TeamDefaultAnswer]:
        """What holds in the team where nobody says otherwise. The ETag is the team's."""
        answer: list[types.TeamDefaultAnswer] = self.call("GET", f"/teams/{quoted(team_id)}/defaults")
        return answer

    def change_team_defaults(
        self, team_id: str, *, if_match: str, **more: Unpack[types.ChangeTeamDefaultsWish]
    ) -> list[types.TeamDefaultAnswer]:
        """Change the defaults that are named. For owners and admins; needs If-Match."""
        answer: list[types.TeamDefaultAnswer] = self.call(
            "PATCH", f"/teams/{quoted(team_id)}/defaults", body=said({**more}), if_match=if_match
        )
        return answer

    def delete_team(self, team_id: str, name: str, *, idempotency_key: str | None = None) -> types.LifeAnswer:
        """Hide the team at once and delete it in 30 days; until then every owner can restore it. For owners."""
        answer: types.LifeAnswer = self.call(
            "POST", f"/teams/{quoted(team_id)}/delete", body=said({"name": name}), idempotency_key=idempotency_key
        )
        return answer

    def team_export(self, team_id: str, target: StrPath) -> Path:
        """All that the team has: JSON lines, every picture, and a manifest with the SHA-256 of each. For owners."""
        return self.save(target, f"/teams/{quoted(team_id)}/export")

    def hand_over_team(
        self, team_id: str, user: str, *, idempotency_key: str | None = None, **more: Unpack[types.HandOverTeamWish]
    ) -> types.MemberAnswer:
        """Make a member an owner and step down, in one step; the new owner is answered. For owners."""
        answer: types.MemberAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/hand-over",
            body=said({"user": user, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def invitations(
        self,
        team_id: str,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        state: Literal["accepted", "expired", "open", "revoked"] | None = None,
    ) -> Pages[types.InvitationAnswer]:
        """The team's invitations, the newest first. For owners and admins."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/invitations",
            query={"ordering": ordering, "page_size": page_size, "search": search, "state": state},
        )

    def renew_invitation(
        self, team_id: str, invitation_id: str, *, idempotency_key: str | None = None
    ) -> types.InvitationMade:
        """Send it again with a new key; the old one lets nobody in any more. At most once a minute. No
        Idempotency-Key is honoured: sent twice, the later key counts.
        """
        answer: types.InvitationMade = self.call(
            "POST", f"/teams/{quoted(team_id)}/invitations/{quoted(invitation_id)}", idempotency_key=idempotency_key
        )
        return answer

    def revoke_invitation(self, team_id: str, invitation_id: str) -> None:
        """Take it back."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/invitations/{quoted(invitation_id)}")

    def invite(
        self, team_id: str, email: str, *, idempotency_key: str | None = None, **more: Unpack[types.InviteWish]
    ) -> types.InvitationMade:
        """Invite an address in a role. For owners and admins; only owners invite owners. No Idempotency-Key is
        honoured: a link is kept nowhere, so it cannot be told again. An address that is invited already answers
        409.
        """
        answer: types.InvitationMade = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/invite",
            body=said({"email": email, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def team_life(self, team_id: str) -> types.LifeAnswer:
        """How the team stands: also of one that is about to be deleted, of which nothing else is shown."""
        answer: types.LifeAnswer = self.call("GET", f"/teams/{quoted(team_id)}/life")
        return answer

    def team_members(
        self,
        team_id: str,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
    ) -> Pages[types.MemberAnswer]:
        """Who belongs to the team. For every member of it."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/members",
            query={"ordering": ordering, "page_size": page_size, "search": search},
        )

    def set_team_member(self, team_id: str, user_id: str, role: types.RoleEnum) -> types.MemberAnswer:
        """Change a member's role. For owners and admins; only owners make or change owners."""
        answer: types.MemberAnswer = self.call(
            "PUT", f"/teams/{quoted(team_id)}/members/{quoted(user_id)}", body=said({"role": role})
        )
        return answer

    def delete_team_member(self, team_id: str, user_id: str) -> None:
        """Remove a member, or leave the team oneself."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/members/{quoted(user_id)}")

    def team_plan(self, team_id: str) -> types.PlanAnswer:
        """What the team may use, and how much of it it does."""
        answer: types.PlanAnswer = self.call("GET", f"/teams/{quoted(team_id)}/plan")
        return answer

    def restore_team(self, team_id: str, *, idempotency_key: str | None = None) -> types.LifeAnswer:
        """Take the deletion back. For owners."""
        answer: types.LifeAnswer = self.call(
            "POST", f"/teams/{quoted(team_id)}/restore", idempotency_key=idempotency_key
        )
        return answer

    def sessions(
        self,
        team_id: str,
        *,
        collection: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        status: Literal["ended", "open"] | None = None,
    ) -> Pages[types.SessionLine]:
        """The team's review sessions, newest first."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/sessions",
            query={
                "collection": collection,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "status": status,
            },
        )

    def open_session(
        self,
        team_id: str,
        collection: str,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.OpenSessionWish],
    ) -> types.SessionAnswer:
        """Begin a review of a collection as it is now. For editors and above; the caller presents."""
        answer: types.SessionAnswer = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/sessions",
            body=said({"collection": collection, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def shares(
        self,
        team_id: str,
        *,
        kind: Literal["asset", "batch", "collection"] | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        state: Literal["expired", "open", "resting", "revoked"] | None = None,
        way: Literal["link", "person", "team"] | None = None,
    ) -> Pages[types.ShareAnswer]:
        """What the team shares, newest first: for owners and admins all of it, for others what they share
        themselves.
        """
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/shares",
            query={
                "kind": kind,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "state": state,
                "way": way,
            },
        )

    def create_share(
        self, team_id: str, *, idempotency_key: str | None = None, **more: Unpack[types.CreateShareWish]
    ) -> types.ShareMade:
        """Share what you may change with a person, another team, or whoever has a link. With the same Idempotency-
        Key it is shared once, and the same share and link are told; with another wish under it, or when that
        share has ended or was changed, it is refused.
        """
        answer: types.ShareMade = self.call(
            "POST", f"/teams/{quoted(team_id)}/shares", body=said({**more}), idempotency_key=idempotency_key
        )
        return answer

    def share(self, team_id: str, share_id: str) -> types.ShareAnswer:
        answer: types.ShareAnswer = self.call("GET", f"/teams/{quoted(team_id)}/shares/{quoted(share_id)}")
        return answer

    def change_share(
        self, team_id: str, share_id: str, *, if_match: str, **more: Unpack[types.ChangeShareWish]
    ) -> types.ShareAnswer:
        """Give it another end, other rights or another password. Needs If-Match."""
        answer: types.ShareAnswer = self.call(
            "PATCH", f"/teams/{quoted(team_id)}/shares/{quoted(share_id)}", body=said({**more}), if_match=if_match
        )
        return answer

    def delete_share(self, team_id: str, share_id: str) -> None:
        """Take it back: it opens nothing from now on."""
        self.call("DELETE", f"/teams/{quoted(team_id)}/shares/{quoted(share_id)}")

    def unarchive_team(self, team_id: str, *, idempotency_key: str | None = None) -> types.LifeAnswer:
        """Let it be worked in again; what was paused waits to be resumed. For owners."""
        answer: types.LifeAnswer = self.call(
            "POST", f"/teams/{quoted(team_id)}/unarchive", idempotency_key=idempotency_key
        )
        return answer

    def team_analytics(
        self,
        team_id: str,
        *,
        compare: Literal["previous"] | None = None,
        from_: str | None = None,
        interval: Literal["hour", "day", "week", "month"] | None = None,
        member: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        simulated: Literal["yes", "no"] | None = None,
        timezone: str | None = None,
        to: str | None = None,
    ) -> types.AnalyticsOverview:
        """The overview of one team."""
        answer: types.AnalyticsOverview = self.call(
            "GET",
            f"/teams/{quoted(team_id)}/analytics",
            query={
                "compare": compare,
                "from": from_,
                "interval": interval,
                "member": member,
                "model": model,
                "provider": provider,
                "simulated": simulated,
                "timezone": timezone,
                "to": to,
            },
        )
        return answer

    def team_auto_enhance(self, team_id: str) -> types.UsualAnswer:
        """The preset that follows each generation of a team which does not say otherwise."""
        answer: types.UsualAnswer = self.call("GET", f"/teams/{quoted(team_id)}/auto-enhance")
        return answer

    def set_team_auto_enhance(self, team_id: str, preset: str | None) -> types.UsualAnswer:
        """For owners and admins of the team."""
        answer: types.UsualAnswer = self.call(
            "PUT", f"/teams/{quoted(team_id)}/auto-enhance", body=said({"preset": preset})
        )
        return answer

    def team_budgets(self, team_id: str) -> types.Budgets:
        """This month's budgets of a team. PUT sets one; for owners and admins."""
        answer: types.Budgets = self.call("GET", f"/teams/{quoted(team_id)}/budgets")
        return answer

    def set_team_budget(
        self, team_id: str, scope: types.ScopeEnum, amount: str | None, **more: Unpack[types.SetTeamBudgetWish]
    ) -> types.Budgets:
        """This month's budgets of a team. PUT sets one; for owners and admins."""
        answer: types.Budgets = self.call(
            "PUT", f"/teams/{quoted(team_id)}/budgets", body=said({"scope": scope, "amount": amount, **more})
        )
        return answer

    def team_generations(
        self,
        team_id: str,
        *,
        model: str | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        provider: str | None = None,
        search: str | None = None,
        status: Literal["cancelled", "failed", "partial", "queued", "running", "succeeded"] | None = None,
        team: str | None = None,
        trashed: bool | None = None,
    ) -> Pages[types.Generation]:
        """The generations of one team."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/generations",
            query={
                "model": model,
                "ordering": ordering,
                "page_size": page_size,
                "provider": provider,
                "search": search,
                "status": status,
                "team": team,
                "trashed": trashed,
            },
        )

    def team_personas(
        self,
        team_id: str,
        *,
        from_pictures: bool | None = None,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        starter: bool | None = None,
    ) -> Pages[types.Persona]:
        """The personas of one team."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/personas",
            query={
                "from_pictures": from_pictures,
                "ordering": ordering,
                "page_size": page_size,
                "search": search,
                "starter": starter,
            },
        )

    def create_team_persona(
        self,
        team_id: str,
        name: str,
        *,
        idempotency_key: str | None = None,
        **more: Unpack[types.CreateTeamPersonaWish],
    ) -> types.PersonaMade:
        """The personas of one team."""
        answer: types.PersonaMade = self.call(
            "POST",
            f"/teams/{quoted(team_id)}/personas",
            body=said({"name": name, **more}),
            idempotency_key=idempotency_key,
        )
        return answer

    def team_statements(
        self,
        team_id: str,
        *,
        ordering: Literal["created_at", "-created_at"] | None = None,
        page_size: int | None = None,
        search: str | None = None,
        year: int | None = None,
    ) -> Pages[types.StatementAnswer]:
        """The monthly statements of a team. Each is made when its month is over, and never changed."""
        return Pages(
            self,
            f"/teams/{quoted(team_id)}/statements",
            query={"ordering": ordering, "page_size": page_size, "search": search, "year": year},
        )

    def team_statement(self, team_id: str, statement_id: str) -> types.StatementWhole:
        """A statement with its lines."""
        answer: types.StatementWhole = self.call("GET", f"/teams/{quoted(team_id)}/statements/{quoted(statement_id)}")
        return answer

    def team_statement_file(
        self, team_id: str, statement_id: str, target: StrPath, *, as_: Literal["pdf", "csv"] | None = None
    ) -> Path:
        """A statement as a PDF, in whole cents, or as CSV, exact. Cells that a spreadsheet would run are guarded
        by an apostrophe.
        """
        return self.save(target, f"/teams/{quoted(team_id)}/statements/{quoted(statement_id)}/file", query={"as": as_})

    def teams_ending(self) -> list[types.LifeAnswer]:
        """The teams of the caller that are about to be deleted, the first to go first."""
        answer: list[types.LifeAnswer] = self.call("GET", "/teams/ending")
        return answer
