// SPDX-License-Identifier: Apache-2.0
/* libpcap's functions, as far as capture.c calls them, forwarded to the library, which is loaded at
 * the first of them. */
#include <pcap/pcap.h>
#include <stdio.h>

#include "lib/late.h"

static struct {
	__typeof__(pcap_create) *create;
	__typeof__(pcap_open_dead) *open_dead;
	__typeof__(pcap_close) *close;
	__typeof__(pcap_activate) *activate;
	__typeof__(pcap_compile) *compile;
	__typeof__(pcap_freecode) *freecode;
	__typeof__(pcap_datalink) *datalink;
	__typeof__(pcap_dispatch) *dispatch;
	__typeof__(pcap_fileno) *fileno;
	__typeof__(pcap_get_selectable_fd) *get_selectable_fd;
	__typeof__(pcap_geterr) *geterr;
	__typeof__(pcap_set_buffer_size) *set_buffer_size;
	__typeof__(pcap_set_snaplen) *set_snaplen;
	__typeof__(pcap_set_timeout) *set_timeout;
	__typeof__(pcap_set_tstamp_precision) *set_tstamp_precision;
	__typeof__(pcap_setnonblock) *setnonblock;
	__typeof__(pcap_stats) *stats;
} pcap;

#define SYMBOL(name)                                                                               \
	{                                                                                          \
		"pcap_" #name, (void **)&pcap.name                                                 \
	}
static const struct late_symbol symbols[] = {
	SYMBOL(create),
	SYMBOL(open_dead),
	SYMBOL(close),
	SYMBOL(activate),
	SYMBOL(compile),
	SYMBOL(freecode),
	SYMBOL(datalink),
	SYMBOL(dispatch),
	SYMBOL(fileno),
	SYMBOL(get_selectable_fd),
	SYMBOL(geterr),
	SYMBOL(set_buffer_size),
	SYMBOL(set_snaplen),
	SYMBOL(set_timeout),
	SYMBOL(set_tstamp_precision),
	SYMBOL(setnonblock),
	SYMBOL(stats),
};

#define LIBRARY "libpcap.so.0.8"

static int open_library(void)
{
	return pcap.create ? 0 : late_open(LIBRARY, symbols, sizeof(symbols) / sizeof(symbols[0]));
}

pcap_t *pcap_create(const char *source, char *error)
{
	if (open_library()) {
		snprintf(error, PCAP_ERRBUF_SIZE, "%s can't be loaded", LIBRARY);
		return NULL;
	}
	return pcap.create(source, error);
}

pcap_t *pcap_open_dead(int linktype, int snaplen)
{
	return open_library() ? NULL : pcap.open_dead(linktype, snaplen);
}

void pcap_close(pcap_t *p)
{
	pcap.close(p);
}

int pcap_activate(pcap_t *p)
{
	return pcap.activate(p);
}

int pcap_compile(pcap_t *p, struct bpf_program *program, const char *text, int optimize,
		 bpf_u_int32 mask)
{
	return pcap.compile(p, program, text, optimize, mask);
}

void pcap_freecode(struct bpf_program *program)
{
	pcap.freecode(program);
}

int pcap_datalink(pcap_t *p)
{
	return pcap.datalink(p);
}

int pcap_dispatch(pcap_t *p, int count, pcap_handler each, u_char *user)
{
	return pcap.dispatch(p, count, each, user);
}

int pcap_fileno(pcap_t *p)
{
	return pcap.fileno(p);
}

int pcap_get_selectable_fd(pcap_t *p)
{
	return pcap.get_selectable_fd(p);
}

char *pcap_geterr(pcap_t *p)
{
	return pcap.geterr(p);
}

int pcap_set_buffer_size(pcap_t *p, int bytes)
{
	return pcap.set_buffer_size(p, bytes);
}

int pcap_set_snaplen(pcap_t *p, int snaplen)
{
	return pcap.set_snaplen(p, snaplen);
}

int pcap_set_timeout(pcap_t *p, int ms)
{
	return pcap.set_timeout(p, ms);
}

int pcap_set_tstamp_precision(pcap_t *p, int precision)
{
	return pcap.set_tstamp_precision(p, precision);
}

int pcap_setnonblock(pcap_t *p, int on, char *error)
{
	return pcap.setnonblock(p, on, error);
}

int pcap_stats(pcap_t *p, struct pcap_stat *ret_stat)
{
	return pcap.stats(p, ret_stat);
}
