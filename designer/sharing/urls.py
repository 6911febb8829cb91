"""Addresses of what is shared. No key stands in any of them: it is sent in from behind #, see teams/sharing/keys.py."""

from django.contrib.auth.decorators import login_required
from django.urls import path

from designer.sharing import api as rest
from designer.sharing import views
from designer.sharing.doors import BY_LINK, SIGNED_IN

IMAGE = "shared/<uuid:share_id>/images/<uuid:image_id>"
api = [
    path("shared/<uuid:share_id>/images", rest.SharedImageList.as_view(), name="api_shared_images"),
    path(f"{IMAGE}/thumbnail", rest.SharedThumbnail.as_view(), name="api_shared_thumbnail"),
    path(f"{IMAGE}/content", rest.SharedContent.as_view(), name="api_shared_content"),
]
pages = [
    path("s", views.gate, name="links"),
    path("s/<uuid:share_id>", views.link, name="link"),
    path("shared/<uuid:share_id>", login_required(views.shared), {"door": SIGNED_IN}, name="shared"),
    path("shared/<uuid:share_id>/comment", login_required(views.comment), {"door": SIGNED_IN}, name="shared_comment"),
]
for name, begin, door, checked in (
    ("link", "s", BY_LINK, views.open_to_all),
    ("shared", "shared", SIGNED_IN, login_required),
):
    one = f"{begin}/<uuid:share_id>/images/<uuid:image_id>"
    pages += [
        path(one, checked(views.image), {"door": door}, name=f"{name}_image"),
        path(f"{one}/picture", checked(views.picture), {"door": door}, name=f"{name}_picture"),
        path(f"{one}/download", checked(views.download), {"door": door}, name=f"{name}_download"),
        path(f"{begin}/<uuid:share_id>/archive", checked(views.archive), {"door": door}, name=f"{name}_archive"),
    ]
