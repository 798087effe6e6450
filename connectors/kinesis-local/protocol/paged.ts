/** The first `limit` of the items that come after what the caller has seen, and whether others follow. */
export function paged<T>(
  items: readonly T[],
  isAfter: (item: T) => boolean,
  limit: number,
): { readonly page: T[]; readonly more: boolean } {
  const rest = items.filter(isAfter)
  return { page: rest.slice(0, limit), more: rest.length > limit }
}
