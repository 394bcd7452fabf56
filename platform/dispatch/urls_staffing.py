"""The addresses of staffing, under those of dispatch."""

from django.urls import path

from dispatch.views.staffing import agents, areas, cover, leaves, mine, papers, roster, rules

urlpatterns = [
    path("agents/new/", agents.new_agent, name="agent_new"),
    path("agents/<str:ref>/edit/", agents.edit_agent, name="agent_edit"),
    path("agents/<str:ref>/invite/", agents.invite, name="agent_invite"),
    path("agents/<str:ref>/history/", agents.show_history, name="agent_history"),
    path("agents/<str:ref>/shifts/", roster.add, name="shift_add"),
    path("roster/", roster.show_roster, name="roster"),
    path("roster/copy/", roster.copy, name="roster_copy"),
    path("shifts/<str:ref>/", roster.change, name="shift"),
    path("shifts/<str:ref>/remove/", roster.remove, name="shift_remove"),
    path("leaves/", leaves.list_leaves, name="leaves"),
    path("leaves/new/", leaves.grant, name="leave_new"),
    path("leaves/<str:ref>/end/", leaves.end, name="leave_end"),
    path("leave-requests/<str:ref>/<str:word>/", leaves.answer, name="leave_answer"),
    path("papers/", papers.list_papers, name="papers"),
    path("trainings/new/", papers.train, name="train"),
    path("trainings/<str:ref>/strike/", papers.strike, name="strike"),
    path("cover/", cover.show_cover, name="cover"),
    path("cover/alerts/", cover.list_alerts, name="cover_alerts"),
    path("cover/<str:code>/<str:day>/", cover.show_day, name="cover_day"),
    path("areas/", areas.list_areas, name="areas"),
    path("areas/new/", areas.edit_area, name="area_new"),
    path("areas/<str:ref>/", areas.edit_area, name="area"),
    path("licences/", rules.list_rules, name="licences"),
    path("licences/new/", rules.set_rule, name="licence_new"),
    path("licences/<str:ref>/withdraw/", rules.withdraw, name="licence_withdraw"),
    path("mine/", mine.show_mine, name="mine"),
    path("mine/leave/", mine.ask_for_leave, name="leave_ask"),
    path("mine/leave/<str:ref>/withdraw/", mine.withdraw, name="leave_withdraw"),
]
