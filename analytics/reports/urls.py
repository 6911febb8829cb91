from django.urls import path

from analytics.reports import api as rest
from analytics.reports import views

api = [
    path("reports", rest.ReportList.as_view(), name="api_reports"),
    path("reports/<uuid:pk>", rest.ReportDetail.as_view(), name="api_report"),
    path("reports/<uuid:pk>/cancel", rest.ReportCancel.as_view(), name="api_report_cancel"),
    path("reports/<uuid:pk>/resend", rest.ReportResend.as_view(), name="api_report_resend"),
    path("reports/<uuid:pk>/files/<str:name>", rest.ReportFile.as_view(), name="api_report_file"),
    path("reports/schedules", rest.ScheduleList.as_view(), name="api_report_schedules"),
    path("reports/schedules/<uuid:pk>", rest.ScheduleDetail.as_view(), name="api_report_schedule"),
    path("reports/templates", rest.TemplateList.as_view(), name="api_report_templates"),
    path("reports/templates/<uuid:pk>", rest.TemplateDetail.as_view(), name="api_report_template"),
]
pages = [
    path("analytics/reports", views.reports, name="reports"),
    path("analytics/reports/mail-again", views.mail_again, name="report_mail_again"),
    path("analytics/reports/new", views.new, name="report_new"),
    path("analytics/reports/schedules", views.overview, name="report_schedules"),
    path("analytics/reports/schedules/new", views.schedule_new, name="report_schedule_new"),
    path("analytics/reports/schedules/<uuid:pk>", views.schedule, name="report_schedule"),
    path("analytics/reports/schedules/<uuid:pk>/act", views.schedule_act, name="report_schedule_act"),
    path("analytics/reports/templates", views.templates_list, name="report_templates"),
    path("analytics/reports/templates/new", views.template_new, name="report_template_new"),
    path("analytics/reports/templates/<uuid:pk>", views.template, name="report_template"),
    path("analytics/reports/templates/<uuid:pk>/delete", views.template_delete, name="report_template_delete"),
    path("analytics/reports/agree", views.agree, name="report_agree"),
    path("analytics/reports/unsubscribe", views.unsubscribe, name="report_unsubscribe"),
    path("analytics/reports/<uuid:pk>", views.report, name="report"),
    path("analytics/reports/<uuid:pk>/head", views.head, name="report_head"),
    path("analytics/reports/<uuid:pk>/act", views.act, name="report_act"),
]
