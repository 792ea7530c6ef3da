// SPDX-License-Identifier: Apache-2.0
/*
 * PNG by libpng. Its errors come by longjmp, so what lives over one is in a struct that the caller
 * owns.
 */
#include "apps/picture/png.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

enum { LEVEL_FILE = 6 };

struct writer {
	FILE *out;
	int level;
	uint8_t line[3 * PICTURE_SIDE_MAX];
};

static uint8_t clip(int value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* BT.601 from limited range, in 1/256: R = 1.164 (Y - 16) + 1.596 (Cr - 128) and so on */
void picture_rgb_line(const struct picture *picture, unsigned y, uint8_t *ret_rgb)
{
	const uint8_t *luma = picture->plane[PICTURE_Y] + y * picture->stride[PICTURE_Y];
	const uint8_t *cb = picture->plane[PICTURE_CB] + y / 2 * picture->stride[PICTURE_CB];
	const uint8_t *cr = picture->plane[PICTURE_CR] + y / 2 * picture->stride[PICTURE_CR];

	for (unsigned x = 0; x < picture->width; x++, ret_rgb += 3) {
		const int l = 298 * (luma[x] - 16) + 128;
		const int b = cb[x / 2] - 128, r = cr[x / 2] - 128;

		ret_rgb[0] = clip((l + 409 * r) / 256);
		ret_rgb[1] = clip((l - 100 * b - 208 * r) / 256);
		ret_rgb[2] = clip((l + 516 * b) / 256);
	}
}

/* libpng's own would print */
static void on_error(png_structp png, png_const_charp message)
{
	longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
}

static void on_write(png_structp png, png_bytep data, size_t len)
{
	struct writer *w = png_get_io_ptr(png);

	if (fwrite(data, 1, len, w->out) != len)
		png_error(png, "write");
}

static void on_flush(png_structp png)
{
}

static int write_all(const struct picture *picture, struct writer *w, png_structp png,
		     png_infop info)
{
	if (setjmp(png_jmpbuf(png)))
		return -EIO;
	png_set_write_fn(png, w, on_write, on_flush);
	png_set_compression_level(png, w->level);
	png_set_IHDR(png, info, picture->width, picture->height, 8, PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	/* one filter: choosing among all five costs more than it saves */
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
	png_write_info(png, info);
	for (unsigned y = 0; y < picture->height; y++) {
		picture_rgb_line(picture, y, w->line);
		png_write_row(png, w->line);
	}
	png_write_end(png, NULL);
	return 0;
}

static int write_png(const struct picture *picture, FILE *out, int level)
{
	struct writer *w = malloc(sizeof(*w));
	png_structp png =
		png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int rc = -ENOMEM;

	if (w && info) {
		w->out = out;
		w->level = level;
		rc = write_all(picture, w, png, info);
	}
	png_destroy_write_struct(&png, &info);
	free(w);
	return rc;
}

int picture_png(const struct picture *picture, int level, uint8_t **ret_png, size_t *ret_len)
{
	char *octets = NULL;
	size_t len = 0;
	FILE *out;
	int rc;

	if (level < 0 || level > 9)
		return -EINVAL;
	out = open_memstream(&octets, &len);
	if (!out)
		return -ENOMEM;
	rc = write_png(picture, out, level);
	if (fclose(out) || rc) {
		free(octets);
		return -ENOMEM; /* nothing else makes memory fail */
	}
	*ret_png = (uint8_t *)octets;
	*ret_len = len;
	return 0;
}

int picture_png_file(const struct picture *picture, FILE *out)
{
	const int rc = write_png(picture, out, LEVEL_FILE);

	return rc ? rc : fflush(out) ? -EIO : 0;
}
