// SPDX-License-Identifier: Apache-2.0
/* snake-edge: the snake game's instance at an edge. */
#include "apps/game/edge/edge.h"
#include "apps/snake/edge/scene.h"

static const struct game snake = {
	.daemon = {.name = "snake-edge",
		   .summary = "renders and streams the snake game to its players",
		   .example = "apps/snake/edge/snake-edge.example.yaml"},
	.metrics = "baton_snake_edge",
	.defaults = {.stream_port = 5004,
		     .width = 640,
		     .height = 480,
		     .fps = 60,
		     .bitrate = 4000000,
		     .codec = "openh264"},
	.renderer = &snake_renderer,
};

int main(int argc, char **argv)
{
	return edge_main(&snake, argc, argv);
}
