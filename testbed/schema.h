/* SPDX-License-Identifier: Apache-2.0 */
/* docs/topology.schema.json, for `baton schema`. */
#ifndef BATON_TESTBED_SCHEMA_H
#define BATON_TESTBED_SCHEMA_H

extern const char topology_schema_text[];

#endif
