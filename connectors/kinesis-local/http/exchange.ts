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
  readonly body: Buffer
}

/** Answers every request, also with an error; never throws. `'too-large'` stands for a body that was not read. */
export interface Responder {
  answer(request: Request): Response
  refuseBody(): Response
}
