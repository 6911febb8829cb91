from django.urls import path

from designer.catalogue.api import ModelList

api = [path("models", ModelList.as_view(), name="api_models")]
