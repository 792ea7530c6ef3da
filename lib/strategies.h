/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every strategy there is, once: plans.c makes its table of it, step.h its declarations, and who
 * asks for migrations over REST the names that it takes.
 *
 * A row is SESSION(c_name, "name"): the UE's session moves, with a player or nothing beside it; or
 * PROCESS(c_name, "name"): an application's process moves (docs/processes.md).
 */
#ifndef BATON_LIB_STRATEGIES_H
#define BATON_LIB_STRATEGIES_H

#define STRATEGIES(SESSION, PROCESS)                                                               \
	SESSION(none, "none")                                                                      \
	SESSION(dual, "dual")                                                                      \
	PROCESS(stop_and_copy, "stop-and-copy")                                                    \
	PROCESS(iterative, "iterative")                                                            \
	PROCESS(live_process, "live-process")                                                      \
	PROCESS(post_copy, "post-copy")                                                            \
	PROCESS(layered, "layered")                                                                \
	PROCESS(cooperative, "cooperative")                                                        \
	PROCESS(replay, "replay")

/* A row for a list of strings, and for one that it isn't in */
#define STRATEGY_NAME(id, word) word,
#define STRATEGY_LEFT_OUT(id, word)

#endif
