import type { Response } from './exchange.ts'

/** An answer is not made while its connection has more than this to send: a client may ask faster than it reads. */
const mostUnsentBytes = 16 * 2 ** 20

/** The answers of one connection: made one after the other, and only as the client takes them. */
export class Backlog {
  #unsentBytes = 0
  #made: Promise<unknown> = Promise.resolve()
  #onSent = () => {}

  /** Resolves when all that was asked for has been made. A request whose body is read only then waits with its client. */
  async caughtUp(): Promise<void> {
    await this.#made
  }

  /** Makes an answer, which must not fail, when those before it are made and there is room. To be followed by `sent`. */
  answer(make: () => Response): Promise<Response> {
    const answer = this.#made.then(() => this.#makeWithRoom(make))
    this.#made = answer
    return answer
  }

  /** The client has taken an answer, or has gone. */
  sent({ body }: Response): void {
    this.#unsentBytes -= heldBytes(body)
    this.#onSent()
  }

  async #makeWithRoom(make: () => Response): Promise<Response> {
    while (this.#unsentBytes > mostUnsentBytes) {
      await new Promise<void>((resolve) => {
        this.#onSent = resolve
      })
    }
    const response = make()
    this.#unsentBytes += heldBytes(response.body)
    return response
  }
}

/** A stream makes its chunks one by one as they are taken, and may go on for minutes: nobody is to wait for it. */
function heldBytes(body: Response['body']): number {
  return typeof body === 'function' ? 0 : body.length
}
