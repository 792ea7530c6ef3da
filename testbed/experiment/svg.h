/* SPDX-License-Identifier: Apache-2.0 */
/* Inline SVG for the page; colours come from its style sheet. */
#ifndef BATON_EXPERIMENT_SVG_H
#define BATON_EXPERIMENT_SVG_H

#include <jansson.h>
#include <stdio.h>

/** html_text - @text with what HTML gives a meaning escaped; what isn't printable becomes a space
 */
void html_text(FILE *out, const char *text);
/**
 * svg_sweep - values over a numeric knob with error bars, a line for each combination of the other
 * settings Return: whether there was something to draw
 */
int svg_sweep(FILE *out, const json_t *row, const char *over);
/** svg_points - each point as its interval on a horizontal axis */
int svg_points(FILE *out, const json_t *row);
/** svg_cdf - the cumulative distribution of all values, a curve for each point; logarithmic where
 * it spans decades */
int svg_cdf(FILE *out, const json_t *row);

#endif
