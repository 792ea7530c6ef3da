// SPDX-License-Identifier: Apache-2.0
#include "testbed/pcapng.h"

#include <errno.h>
#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	MAGIC = 0x1a2b3c4d,
	LINKTYPE_ETHERNET = 1,
	OPTION_COMMENT = 1,
	SECTION_HARDWARE = 2,
	SECTION_OS = 3,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_RESOLUTION = 9,
	INTERFACE_FILTER = 11,
	PACKET_FLAGS = 2,
	STATISTICS_BEGIN = 2,
	STATISTICS_END = 3,
	STATISTICS_ACCEPTED = 6,
	STATISTICS_DROPPED = 7,
	STATISTICS_DELIVERED = 8,
	BLOCK_FRAME = 12, /* type, length, and the length again */
	OPTION_HEAD = 4,
	OPTION_MAX = 4096,
};

static uint32_t padded(size_t len)
{
	return (uint32_t)((len + 3) & ~(size_t)3);
}

static void put_u16(FILE *out, uint16_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void put_u32(FILE *out, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void put_time(FILE *out, uint64_t time_ns)
{
	put_u32(out, (uint32_t)(time_ns >> 32));
	put_u32(out, (uint32_t)time_ns);
}

static void put_padded(FILE *out, const void *bytes, size_t len)
{
	static const uint8_t zeros[4];

	fwrite(bytes, 1, len, out);
	fwrite(zeros, 1, padded(len) - len, out);
}

static size_t text_length(const char *text)
{
	size_t len = strlen(text);

	return len < OPTION_MAX ? len : OPTION_MAX;
}

static uint32_t text_size(const char *text)
{
	return text ? OPTION_HEAD + padded(text_length(text)) : 0;
}

static void put_option(FILE *out, uint16_t code, const void *bytes, size_t len)
{
	put_u16(out, code);
	put_u16(out, (uint16_t)len);
	put_padded(out, bytes, len);
}

static void put_text(FILE *out, uint16_t code, const char *text)
{
	if (text)
		put_option(out, code, text, text_length(text));
}

/* Everything before the body of a block; end_block is for what follows the options. */
static void begin_block(FILE *out, uint32_t type, uint32_t size)
{
	put_u32(out, type);
	put_u32(out, size);
}

static int end_block(FILE *out, uint32_t size)
{
	put_u32(out, 0); /* opt_endofopt */
	put_u32(out, size);
	return ferror(out) ? (errno ? -errno : -EIO) : 0;
}

int pcapng_begin(struct pcapng *png, FILE *out, const struct pcapng_section *s)
{
	uint32_t size = BLOCK_FRAME + 16 + OPTION_HEAD + text_size(s->comment) +
			text_size(s->hardware) + text_size(s->os) + text_size(s->application);

	*png = (struct pcapng){.out = out};
	begin_block(out, BLOCK_SECTION, size);
	put_u32(out, MAGIC);
	put_u16(out, 1);
	put_u16(out, 0);
	put_u32(out, ~0U); /* the section's length is not known */
	put_u32(out, ~0U);
	put_text(out, OPTION_COMMENT, s->comment);
	put_text(out, SECTION_HARDWARE, s->hardware);
	put_text(out, SECTION_OS, s->os);
	put_text(out, SECTION_APPLICATION, s->application);
	return end_block(out, size);
}

int pcapng_add_interface(struct pcapng *png, const struct pcapng_interface *i)
{
	static const uint8_t nanoseconds = 9;
	/* a libpcap filter is told by a zero before its text */
	size_t filter = i->filter ? 1 + text_length(i->filter) : 0;
	uint32_t size = BLOCK_FRAME + 8 + OPTION_HEAD + text_size(i->name) +
			text_size(i->description) + OPTION_HEAD + padded(1) +
			(filter ? OPTION_HEAD + padded(filter) : 0);
	char filter_text[OPTION_MAX + 2] = "";

	begin_block(png->out, BLOCK_INTERFACE, size);
	put_u16(png->out, LINKTYPE_ETHERNET);
	put_u16(png->out, 0);
	put_u32(png->out, i->snaplen);
	put_text(png->out, INTERFACE_NAME, i->name);
	put_text(png->out, INTERFACE_DESCRIPTION, i->description);
	put_option(png->out, INTERFACE_RESOLUTION, &nanoseconds, 1);
	if (filter) {
		memcpy(filter_text + 1, i->filter, filter - 1);
		put_option(png->out, INTERFACE_FILTER, filter_text, filter);
	}
	png->interfaces++;
	return end_block(png->out, size);
}

/* Direction, and unicast, multicast or broadcast by the destination */
static uint32_t flags_of(const struct pcapng_packet *p)
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint32_t reception = 0;

	if (p->captured >= sizeof(everybody))
		reception = !memcmp(p->data, everybody, sizeof(everybody)) ? 3
			    : p->data[0] & 1				   ? 2
									   : 1;
	return (p->outbound ? 2U : 1U) | reception << 2;
}

int pcapng_add_packet(struct pcapng *png, const struct pcapng_packet *p)
{
	uint32_t flags = flags_of(p);
	uint32_t size = BLOCK_FRAME + 20 + padded(p->captured) + OPTION_HEAD + OPTION_HEAD + 4;

	for (size_t i = 0; i < p->comment_count; i++)
		size += text_size(p->comments[i]);
	begin_block(png->out, BLOCK_PACKET, size);
	put_u32(png->out, p->interface);
	put_time(png->out, p->time_ns);
	put_u32(png->out, p->captured);
	put_u32(png->out, p->length);
	put_padded(png->out, p->data, p->captured);
	for (size_t i = 0; i < p->comment_count; i++)
		put_text(png->out, OPTION_COMMENT, p->comments[i]);
	put_option(png->out, PACKET_FLAGS, &flags, sizeof(flags));
	return end_block(png->out, size);
}

static void put_count(FILE *out, uint16_t code, uint64_t count)
{
	put_option(out, code, &count, sizeof(count));
}

static void put_time_option(FILE *out, uint16_t code, uint64_t time_ns)
{
	uint32_t halves[2] = {(uint32_t)(time_ns >> 32), (uint32_t)time_ns};

	put_option(out, code, halves, sizeof(halves));
}

int pcapng_add_statistics(struct pcapng *png, const struct pcapng_statistics *s)
{
	uint32_t size =
		BLOCK_FRAME + 12 + OPTION_HEAD + 5 * (OPTION_HEAD + 8) + text_size(s->comment);

	begin_block(png->out, BLOCK_STATISTICS, size);
	put_u32(png->out, s->interface);
	put_time(png->out, s->end_ns);
	put_text(png->out, OPTION_COMMENT, s->comment);
	put_time_option(png->out, STATISTICS_BEGIN, s->begin_ns);
	put_time_option(png->out, STATISTICS_END, s->end_ns);
	put_count(png->out, STATISTICS_ACCEPTED, s->accepted);
	put_count(png->out, STATISTICS_DROPPED, s->dropped);
	put_count(png->out, STATISTICS_DELIVERED, s->delivered);
	return end_block(png->out, size);
}
