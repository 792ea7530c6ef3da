/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines: "level module key=value ...", one a call, to standard error, where the node's init
 * adds the time and files them. None in a packet's path: counters there.
 */
#ifndef BATON_LIB_LOG_H
#define BATON_LIB_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/**
 * log_open - name the program and choose what is printed; the one global of the project
 * @program: borrowed for the life of the process
 * @max:     lines above this level are dropped
 */
void log_open(const char *program, enum log_level max);

/** log_level_parse - "error", "warn", "info" or "debug"; Return: 0 or -EINVAL */
int log_level_parse(const char *text, enum log_level *ret_level);

/* The format gives key=value pairs: log_info("n4", "peer=%s seq=%u what=retransmission", ...) */
void log_line(enum log_level level, const char *module, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Lines that a peer can cause, as fast as it likes; begin with a zeroed one */
struct log_budget {
	uint64_t second;
	unsigned used, suppressed;
};
/**
 * log_allowed - @per_second of them and no more
 * @ret_suppressed: how many have not been since the last that was, for the line
 *
 * Return: whether to log this one
 */
bool log_allowed(struct log_budget *budget, unsigned per_second, unsigned *ret_suppressed);

#define log_error(module, ...) log_line(LOG_LEVEL_ERROR, module, __VA_ARGS__)
#define log_warn(module, ...)  log_line(LOG_LEVEL_WARN, module, __VA_ARGS__)
#define log_info(module, ...)  log_line(LOG_LEVEL_INFO, module, __VA_ARGS__)
#define log_debug(module, ...) log_line(LOG_LEVEL_DEBUG, module, __VA_ARGS__)

#endif
