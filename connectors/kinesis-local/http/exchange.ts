/** A request with its body, whichever version of HTTP it came by. Header names are in lowercase. */
export interface Request {
  readonly method: string
  readonly path: string
  header(name: string): string | undefined
  readonly body: Buffer
}

export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | BodyStream
}

/**
 * A body that is made while it is sent. It is begun once, whatever becomes of the client, and gives the next chunk only
 * when the client has taken those before it. Its end is the end of the answer; an error in it breaks the answer off.
 *
 * @param gone Aborted when nobody takes chunks any more: the client has left, or the server closes. A body that waits
 *   for something must wait for this too.
 */
export type BodyStream = (gone: AbortSignal) => AsyncIterable<Buffer>

/** Answers every request, also with an error; never throws. `'too-large'` stands for a body that was not read. */
export interface Responder {
  answer(request: Request): Response
  refuseBody(): Response
}
