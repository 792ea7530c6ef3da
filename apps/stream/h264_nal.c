// SPDX-License-Identifier: Apache-2.0
/* NAL units of an access unit (H.264 annex B), and the sequence parameter set (cl. 7.3.2.1.1). */
#include "apps/stream/h264_nal.h"

#include <errno.h>

enum {
	PROFILE_BASELINE = 66,
	PROFILE_MAIN = 77,
	PROFILE_HIGH = 100,
	LEVEL_MAX = 52,
	SPS_ID_MAX = 31,
	LOG2_MAX = 12, /* log2_max_frame_num_minus4, log2_max_pic_order_cnt_lsb_minus4 */
	REFERENCES_MAX = 16,
	SIDE_MBS_MAX = 256, /* 4096 samples, as PICTURE_SIDE_MAX */
	CYCLE_MAX = 255,    /* num_ref_frames_in_pic_order_cnt_cycle */
	SPS_LEN_MAX = 1024,
};

/* ---- Annex B ---- */

/* Where the next 00 00 01 begins, or @len */
static size_t start_find(const uint8_t *au, size_t len, size_t at)
{
	for (; at + 3 <= len; at++)
		if (au[at] == 0 && au[at + 1] == 0 && au[at + 2] == 1)
			return at;
	return len;
}

bool h264_nal_next(const uint8_t *au, size_t len, size_t *at, const uint8_t **ret_nal,
		   size_t *ret_len)
{
	const size_t start = start_find(au, len, *at);
	size_t end;

	if (start + 3 >= len)
		return false;
	end = start_find(au, len, start + 3);
	*at = end;
	/* the zero of a longer start code, and trailing_zero_8bits */
	while (end > start + 4 && au[end - 1] == 0)
		end--;
	*ret_nal = au + start + 3;
	*ret_len = end - (start + 3);
	return *ret_len > 0;
}

/* ---- bits of an RBSP, emulation prevention taken out as it goes (cl. 7.3.1) ---- */

struct bits {
	const uint8_t *at, *end;
	unsigned left, zeros; /* bits of the current octet; zero octets before it */
	uint8_t now;
	bool bad;
};

static unsigned bit(struct bits *b)
{
	if (b->left == 0) {
		if (b->zeros >= 2 && b->at < b->end && *b->at == 3) {
			b->at++;
			b->zeros = 0;
		}
		if (b->at == b->end) {
			b->bad = true;
			return 0;
		}
		b->now = *b->at++;
		b->zeros = b->now ? 0 : b->zeros + 1;
		b->left = 8;
	}
	return b->now >> --b->left & 1;
}

static uint32_t bits(struct bits *b, unsigned count)
{
	uint32_t value = 0;

	while (count-- > 0)
		value = value << 1 | bit(b);
	return value;
}

/* ue(v), cl. 9.1; se(v) has the same length, and its value is nowhere needed here */
static uint32_t golomb(struct bits *b)
{
	unsigned zeros = 0;

	while (!b->bad && !bit(b))
		if (++zeros > 31) {
			b->bad = true;
			return 0;
		}
	return (UINT32_C(1) << zeros) - 1 + bits(b, zeros);
}

/* ---- the parts of an SPS ---- */

/* What High has before the rest; false: nothing for us */
static bool high_parse(struct bits *b)
{
	const uint32_t chroma = golomb(b), luma_bits = golomb(b), chroma_bits = golomb(b);
	const unsigned bypass = bit(b), scaling = bit(b);

	return chroma == 1 && luma_bits == 0 && chroma_bits == 0 && !bypass && !scaling;
}

static bool order_parse(struct bits *b)
{
	const uint32_t type = golomb(b);
	uint32_t cycle;

	if (type == 0)
		return golomb(b) <= LOG2_MAX;
	if (type != 1)
		return type == 2;
	bit(b);
	golomb(b);
	golomb(b);
	cycle = golomb(b);
	for (uint32_t i = 0; !b->bad && cycle <= CYCLE_MAX && i < cycle; i++)
		golomb(b);
	return cycle <= CYCLE_MAX;
}

static bool profile_known(unsigned profile)
{
	return profile == PROFILE_BASELINE || profile == PROFILE_MAIN || profile == PROFILE_HIGH;
}

static int fields_parse(struct bits *b, struct h264_sps *sps)
{
	uint32_t width, height;

	if (golomb(b) > SPS_ID_MAX)
		return -EBADMSG;
	if (sps->profile == PROFILE_HIGH && !high_parse(b))
		return -ENOTSUP;
	if (golomb(b) > LOG2_MAX || !order_parse(b))
		return -EBADMSG;
	sps->references = golomb(b);
	bit(b); /* gaps_in_frame_num_value_allowed_flag */
	width = golomb(b);
	height = golomb(b);
	if (b->bad)
		return -EBADMSG;
	if (sps->references > REFERENCES_MAX || width >= SIDE_MBS_MAX || height >= SIDE_MBS_MAX)
		return -ENOTSUP;
	sps->width = (width + 1) * 16;
	sps->height = (height + 1) * 16;
	if (!bit(b)) /* frame_mbs_only_flag */
		return -ENOTSUP;
	return b->bad ? -EBADMSG : 0;
}

int h264_sps_parse(const uint8_t *nal, size_t len, struct h264_sps *ret_sps)
{
	struct h264_sps sps = {.profile = 0};
	struct bits b;
	int rc;

	if (len < 5 || len > SPS_LEN_MAX || (nal[0] & H264_TYPE_MASK) != H264_SPS)
		return -EBADMSG;
	sps.profile = nal[1];
	sps.constraints = nal[2];
	sps.level = nal[3];
	if (!profile_known(sps.profile) || sps.level > LEVEL_MAX)
		return -ENOTSUP;
	b = (struct bits){.at = nal + 4, .end = nal + len};
	rc = fields_parse(&b, &sps);
	if (!rc)
		*ret_sps = sps;
	return rc;
}
