/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.json, built in: generated from migration-manager/openapi.json at build time. */
#ifndef BATON_MM_OPENAPI_H
#define BATON_MM_OPENAPI_H

extern const char openapi_text[];

#endif
