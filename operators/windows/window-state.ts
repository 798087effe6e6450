/** What is known of one window of a key. */
export interface PaneState {
  start: number
  end: number
  /** How many results it has given. */
  fired: number
  /** How many records have come since the last one. */
  fresh: number
  /** Whether it has closed, and given the result of that. */
  closed: boolean
  /** The next early result by an interval: the instant of its timer, or nothing. */
  early: number | null
  /** The greatest event time of a record, where it is of use. */
  latest: number
}

export function newPane(start: number, end: number): PaneState {
  return { start, end, fired: 0, fresh: 0, closed: false, early: null, latest: Number.MIN_SAFE_INTEGER }
}

/** The state of a key in windows that are put together of slices. Both lists are sorted by start. */
export interface SlicedState {
  slices: SliceState[]
  panes: PaneState[]
}

export interface SliceState {
  start: number
  /** Where the first and the last of the windows end that hold the slice. */
  firstEnd: number
  lastEnd: number
  content: unknown
}

/** The state of a key in sessions. */
export interface SessionState extends PaneState {
  content: unknown
  /** When a timer looks at the session next. It may have grown by then. */
  timer: number
}
