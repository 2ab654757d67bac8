// Generated from the OpenAPI document: `npm run types`.
export interface paths {
    readonly "/api/v1/designs/{id}/{part}/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description One part of the document; the version is its ETag. */
        readonly get: operations["designs_part_retrieve"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/designs/{id}/change-sets/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** @description Edit the drawing by what one gesture changed. Needs If-Match: 428 without; 412 with the change sets that came since, operations included, to merge with. */
        readonly post: operations["designs_change_set_create"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/designs/{id}/findings/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** @description What validation finds in the working document as it is, the most severe first; its version is the ETag. */
        readonly get: operations["designs_findings_retrieve"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly DrawingOperations: readonly {
            /** @enum {string} */
            readonly kind: "add" | "set" | "remove";
            readonly collection: string;
            readonly id: string;
            readonly fields?: {
                readonly [key: string]: unknown;
            };
            readonly at?: number | null;
        }[];
        /** @description The whole drawing. */
        readonly DesignTopology: {
            readonly schema_version?: number;
            readonly racks?: readonly {
                readonly id: string;
                readonly name: string;
                readonly spec: string;
                readonly zone?: string;
                readonly position?: {
                    readonly x: number;
                    readonly y: number;
                } | null;
            }[];
            readonly node_groups?: readonly {
                readonly id: string;
                readonly name: string;
                readonly spec: string;
                readonly roles: readonly ("control" | "compute" | "storage" | "network" | "bare-metal")[];
                readonly is_existing?: boolean;
            }[];
            readonly nodes?: readonly {
                readonly id: string;
                readonly name: string;
                readonly spec: string;
                readonly roles: readonly ("control" | "compute" | "storage" | "network" | "bare-metal")[];
                readonly group?: string;
                readonly rack?: string;
                /** @description Unit: U. */
                readonly unit?: number | null;
                readonly position?: {
                    readonly x: number;
                    readonly y: number;
                } | null;
                readonly services?: readonly string[];
            }[];
            readonly switches?: readonly {
                readonly id: string;
                readonly name: string;
                readonly spec: string;
                /** @enum {string} */
                readonly role: "leaf" | "spine" | "super-spine" | "oob";
                readonly rack?: string;
                /** @description Unit: U. */
                readonly unit?: number | null;
                readonly position?: {
                    readonly x: number;
                    readonly y: number;
                } | null;
            }[];
            readonly pdus?: readonly {
                readonly id: string;
                readonly name: string;
                readonly spec: string;
                readonly rack: string;
                readonly feed: string;
            }[];
            readonly external_routers?: readonly {
                readonly id: string;
                readonly name: string;
                readonly position?: {
                    readonly x: number;
                    readonly y: number;
                } | null;
            }[];
            readonly networks?: readonly {
                readonly id: string;
                readonly name: string;
                /** @enum {string} */
                readonly plane: "management" | "tenant" | "provider" | "storage-public" | "storage-cluster" | "oob" | "provisioning" | "octavia";
                readonly vlan?: string;
                readonly cidr?: string;
                /** @description Unit: bytes. */
                readonly mtu?: number;
            }[];
            readonly links?: readonly {
                readonly id: string;
                /** @description One end of a link. */
                readonly a: {
                    readonly element: string;
                    readonly port: string;
                };
                /** @description One end of a link. */
                readonly b: {
                    readonly element: string;
                    readonly port: string;
                };
                readonly gbps: number;
                readonly bond?: string;
                readonly networks?: readonly string[];
                readonly bends?: readonly {
                    readonly x: number;
                    readonly y: number;
                }[];
            }[];
            readonly pools?: readonly {
                readonly id: string;
                readonly name: string;
                readonly kind?: string;
                readonly size?: number;
                readonly min_size?: number;
                readonly share_of_raw?: number;
                readonly pg_num?: number;
                readonly failure_domain?: string;
                readonly media?: string;
                readonly coding_chunks?: number;
                readonly is_bulk?: boolean;
            }[];
            readonly notes?: readonly {
                readonly id: string;
                readonly text: string;
                /** @description Position(*, x: 'Coordinate', y: 'Coordinate') */
                readonly position: {
                    readonly x: number;
                    readonly y: number;
                };
            }[];
        };
        readonly DesignWorkload: unknown;
        readonly DesignPolicies: unknown;
        readonly DesignHardware: unknown;
        readonly DesignClouds: unknown;
        readonly DesignAssumptions: unknown;
        readonly DesignCost: unknown;
        readonly DesignDeployment: unknown;
        readonly DesignProfile: unknown;
        /** @description What went wrong (RFC 9457), and for each field at fault what would be right. */
        readonly Problem: {
            /** @description Kind of problem, for programs: `invalid`, `stale` … */
            readonly type: string;
            /** @description The kind in words. */
            readonly title: string;
            /** @description Same as the status of the answer. */
            readonly status: number;
            /** @description What went wrong here, with the figures. */
            readonly detail: string;
            readonly errors?: readonly {
                /** @description Path in what was sent: `workload.profiles[2].count`. */
                readonly field: string;
                /** @description What was sent there, shortened. */
                readonly value: unknown;
                readonly message: string;
                /** @description What to do. */
                readonly remedy: string;
            }[];
            /** @description With 412: the version that is current. */
            readonly version?: number;
            /** @description With 412: what changed since, oldest first. */
            readonly changes?: readonly Record<string, never>[];
        };
        /** @description For serializers that take input: refuses, not drops, a field that cannot be written (R5). */
        readonly NewChangeSetRequest: {
            readonly operations: components["schemas"]["DrawingOperations"];
            /**
             * @description What people read in the history: `Move 3 nodes`.
             * @default
             */
            readonly name: string;
            /**
             * Format: uuid
             * @description Chosen by the sender: the same one again is the same edit.
             */
            readonly key?: string | null;
        };
        /** @description A stored edit of the drawing. */
        readonly ChangeSet: {
            /** @description The version that it made, or that it left when it changed nothing. */
            readonly version: number;
            /** @description What changed, in words and fields. */
            readonly changes: readonly {
                readonly [key: string]: unknown;
            }[];
        };
        /** @description The findings of a working document, with the version that they are of. */
        readonly Findings: {
            readonly version: number;
            readonly review: components["schemas"]["DesignReview"];
        };
        /** @description What validation says of one document. */
        readonly DesignReview: {
            /** @enum {string} */
            readonly profile: "production" | "lab" | "edge";
            /** @description How many findings there are of each severity, the accepted ones apart. */
            readonly counts: {
                readonly error: number;
                readonly warning: number;
                readonly info: number;
                readonly suppressed: number;
            };
            readonly findings: readonly {
                readonly rule: string;
                readonly family: string;
                readonly title: string;
                /** @enum {string} */
                readonly severity: "error" | "warning" | "info";
                readonly message: string;
                readonly remedy: string;
                readonly source: string;
                readonly elements?: readonly string[];
                readonly suppression?: {
                    readonly rule: string;
                    readonly reason: string;
                    readonly author: string;
                    readonly at: string;
                    readonly elements?: readonly string[];
                } | null;
            }[];
            readonly checked: number;
            readonly not_checked: {
                readonly [key: string]: string;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly designs_part_retrieve: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A UUID string identifying this design. */
                readonly id: string;
                readonly part: "assumptions" | "clouds" | "cost" | "deployment" | "hardware" | "policies" | "profile" | "topology" | "workload";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    /** @description The version of what is sent; for `If-Match`. */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DesignWorkload"] | components["schemas"]["DesignPolicies"] | components["schemas"]["DesignHardware"] | components["schemas"]["DesignTopology"] | components["schemas"]["DesignClouds"] | components["schemas"]["DesignAssumptions"] | components["schemas"]["DesignCost"] | components["schemas"]["DesignDeployment"] | components["schemas"]["DesignProfile"];
                };
            };
            /** @description Nothing changed since the `ETag` in `If-None-Match`. */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in, or the token is unknown, expired or revoked. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing here that you may see. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readonly designs_change_set_create: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description The `ETag` of the version that you changed. */
                readonly "If-Match": string;
            };
            readonly path: {
                /** @description A UUID string identifying this design. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewChangeSetRequest"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    /** @description The version of what is sent; for `If-Match`. */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ChangeSet"];
                };
            };
            /** @description What was sent is not valid: field, value, message, remedy. Nothing was stored. */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the token is unknown, expired or revoked. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Your role, or the scope of the token, does not allow this. */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing here that you may see. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The state of the thing does not allow this, or the `Idempotency-Key` came with another request. */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody changed it in the meantime; `version` is current. */
            readonly 412: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is not `application/json`. */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` is missing. */
            readonly 428: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readonly designs_findings_retrieve: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A UUID string identifying this design. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    /** @description The version of what is sent; for `If-Match`. */
                    readonly ETag?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Findings"];
                };
            };
            /** @description Nothing changed since the `ETag` in `If-None-Match`. */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in, or the token is unknown, expired or revoked. */
            readonly 401: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing here that you may see. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
