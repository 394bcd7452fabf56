"""Where the pages of members are."""

from django.urls import path

from portal.members import views

urlpatterns = [
    path("", views.list_members, name="members"),
    path("invite/", views.invite_member, name="member_invite"),
    path("<str:public_id>/", views.edit_member, name="member"),
    path("<str:public_id>/deactivate/", views.deactivate_member, name="member_deactivate"),
    path("<str:public_id>/reactivate/", views.reactivate_member, name="member_reactivate"),
    path("invitations/<str:public_id>/resend/", views.resend_invitation, name="invitation_resend"),
    path("invitations/<str:public_id>/revoke/", views.revoke_invitation, name="invitation_revoke"),
]
