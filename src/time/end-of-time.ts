/** The watermark after which nothing follows. Survives JSON, unlike infinity. */
export const endOfTime = Number.MAX_SAFE_INTEGER

/** Before any watermark. */
export const beginningOfTime = Number.MIN_SAFE_INTEGER
