import type { Page } from './bucket.ts'
import { type Persistence, persist } from './persist.ts'

/** The items of all pages of a listing. */
export async function allPages<T>(
  list: (after: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  how: Persistence,
): Promise<T[]> {
  const items: T[] = []
  let after: string | undefined
  do {
    const page: Page<T> = await persist((signal) => list(after, signal), how)
    items.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return items
}
