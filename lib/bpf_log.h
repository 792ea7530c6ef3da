/* SPDX-License-Identifier: Apache-2.0 */
/* What libbpf warns of, into the daemon's log, for who looks closely. Linked by who links libbpf. */
#ifndef BATON_LIB_BPF_LOG_H
#define BATON_LIB_BPF_LOG_H

#include <bpf/libbpf.h>
#include <stdarg.h>

/** bpf_log - for libbpf_set_print */
int bpf_log(enum libbpf_print_level level, const char *format, va_list args);

#endif
