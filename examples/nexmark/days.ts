/** The day of a time in UTC, such as `2026-03-14`. */
export const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)

/** The minute of a time in UTC, such as `23:59`. */
export const minuteOf = (time: number) => new Date(time).toISOString().slice(11, 16)
