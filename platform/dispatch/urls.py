"""The pages of dispatch, at the console."""

from django.urls import path

from dispatch import urls_staffing
from dispatch.views import agents, board, day, declining, drawer, legs, many

app_name = "dispatch"

urlpatterns = [
    *urls_staffing.urlpatterns,
    path("", board.show_board, name="board"),
    path("map.json", board.read_map, name="map"),
    path("day/", day.show_day, name="day"),
    path("many/", many.act_on_many, name="many"),
    path("clocks/", board.list_clocks, name="clocks"),
    path("agents/", agents.list_agents, name="agents"),
    path("agents/<str:ref>/", agents.show_agent, name="agent"),
    path("legs/<str:ref>/", legs.show_leg, name="leg"),
    path("legs/<str:ref>/drawer/", drawer.show_drawer, name="drawer"),
    path("legs/<str:ref>/agent/", legs.choose_agent, name="choose"),
    path("legs/<str:ref>/hand/", day.hand_leg, name="hand"),
    path("legs/<str:ref>/take-back/", legs.take_back, name="take_back"),
    path("legs/<str:ref>/look-again/", legs.look_again, name="look_again"),
    path("legs/<str:ref>/windows/", legs.offer_windows, name="offer_windows"),
    path("legs/<str:ref>/offer/", legs.offer_now, name="offer_now"),
    path("legs/<str:ref>/decline/", declining.decline, name="decline"),
]
