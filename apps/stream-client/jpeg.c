// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/jpeg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { MCU = 16 }; /* luma samples a side, at 4:2:0 */

struct errors {
	struct jpeg_error_mgr manager; /* first: the library hands this out */
	jmp_buf out;
};

static void on_error(j_common_ptr info)
{
	struct errors *e = (struct errors *)info->err;

	longjmp(e->out, 1);
}

static void on_message(j_common_ptr info)
{
}

/* BT.601 limited range to JFIF: luma 16..235 and chroma 16..240 become 0..255 */
static void make_table(uint8_t table[256], int low, int span, int middle)
{
	for (int i = 0; i < 256; i++) {
		int v = ((i - low) * 255 * 2 + span) / (2 * span);

		if (middle)
			v = middle + ((i - middle) * 255) / span;
		table[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

/* One line, stretched, its last sample repeated up to a whole block */
static void take_line(uint8_t *to, const uint8_t *from, unsigned width, unsigned padded,
		      const uint8_t table[256])
{
	for (unsigned x = 0; x < width; x++)
		to[x] = table[from[x]];
	memset(to + width, to[width - 1], padded - width);
}

struct band {
	uint8_t *line[PICTURE_PLANES][MCU];
	uint8_t **plane[PICTURE_PLANES];
	uint8_t luma[256], chroma[256];
};

static void take_band(struct band *b, const struct picture *p, unsigned top, unsigned padded)
{
	for (unsigned plane = 0; plane < PICTURE_PLANES; plane++) {
		unsigned half = plane == PICTURE_Y ? 1 : 2,
			 last = picture_plane_height(p, plane) - 1;

		for (unsigned i = 0; i < MCU / half; i++) {
			unsigned y = top / half + i < last ? top / half + i : last;

			take_line(b->line[plane][i], p->plane[plane] + y * p->stride[plane],
				  picture_plane_width(p, plane), padded / half,
				  half == 1 ? b->luma : b->chroma);
		}
		b->plane[plane] = b->line[plane];
	}
}

static void set_parameters(struct jpeg_compress_struct *c, const struct picture *p, int quality)
{
	c->image_width = p->width;
	c->image_height = p->height;
	c->input_components = PICTURE_PLANES;
	c->in_color_space = JCS_YCbCr;
	jpeg_set_defaults(c);
	jpeg_set_quality(c, quality, TRUE);
	c->dct_method = JDCT_IFAST;
	c->raw_data_in = TRUE;
}

static void compress(struct jpeg_compress_struct *c, const struct picture *p, int quality,
		     struct band *b, unsigned padded)
{
	set_parameters(c, p, quality);
	jpeg_start_compress(c, TRUE);
	while (c->next_scanline < c->image_height) {
		take_band(b, p, c->next_scanline, padded);
		jpeg_write_raw_data(c, b->plane, MCU);
	}
	jpeg_finish_compress(c);
}

int picture_jpeg(const struct picture *picture, int quality, uint8_t **ret_jpeg, size_t *ret_len)
{
	unsigned padded = (picture->width + MCU - 1) / MCU * MCU;
	uint8_t *lines = malloc((size_t)padded * MCU * PICTURE_PLANES);
	struct jpeg_compress_struct c;
	struct errors errors;
	struct band band;
	unsigned char *jpeg = NULL;
	unsigned long len = 0;

	if (quality < 1 || quality > 100 || !lines) {
		free(lines);
		return lines ? -EINVAL : -ENOMEM;
	}
	for (unsigned i = 0; i < MCU * PICTURE_PLANES; i++)
		band.line[i / MCU][i % MCU] = lines + (size_t)i * padded;
	make_table(band.luma, 16, 219, 0);
	make_table(band.chroma, 16, 224, 128);
	c.err = jpeg_std_error(&errors.manager);
	errors.manager.error_exit = on_error;
	errors.manager.output_message = on_message;
	jpeg_create_compress(&c);
	if (setjmp(errors.out)) {
		jpeg_destroy_compress(&c);
		free(lines);
		free(jpeg);
		return -EIO;
	}
	jpeg_mem_dest(&c, &jpeg, &len);
	compress(&c, picture, quality, &band, padded);
	jpeg_destroy_compress(&c);
	free(lines);
	*ret_jpeg = jpeg;
	*ret_len = len;
	return 0;
}
