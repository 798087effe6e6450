/** What is known of when an answer was given: all but the last by our own clock. */
export interface AnswerTime {
  readonly askedAt: number
  readonly receivedAt: number
  /** What the service's clock showed, in whole seconds. */
  readonly serverTime: number
}

const secondMs = 1000

/**
 * By how many milliseconds the clock of the service is ahead of ours at the least; negative if it is behind. 0 if its time
 * may have been ours at some moment between question and answer: an answer can lie unread while a process stands still.
 */
export function clockLead({ askedAt, receivedAt, serverTime }: AnswerTime): number {
  if (serverTime > receivedAt) return serverTime - receivedAt
  return Math.min(0, serverTime + secondMs - askedAt)
}
