/** What stands for the content of slices that a function of the job could not merge: whoever needs it learns why. */
export class Unmerged {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/** The content of a window. Throws what its merging has failed with. */
export function merged<C>(content: C | Unmerged): C {
  if (content instanceof Unmerged) throw content.error
  return content
}
