import { MillraceError } from '../../../src/errors.ts'
import type { Request, Responder, Response } from '../http/exchange.ts'
import type { LocalFaults } from './fault-injector.ts'
import { readFaults } from './read-faults.ts'

/** A path that no client of Kinesis uses: they all post to `/`. */
export const faultPath = '/_millrace/faults'

const largestPlan = 64 * 1024

/**
 * Answers requests for the faults of a server, and passes on all others: GET shows them, PUT sets them, DELETE clears
 * them. All three answer with what is set afterwards, and what has struck.
 */
export function withFaultEndpoint(responder: Responder, faults: LocalFaults): Responder {
  return {
    answer: (request) =>
      request.path === faultPath ? answerFor(request, faults) : responder.answer(request),
    refuseBody: () => responder.refuseBody(),
  }
}

function answerFor({ method, body }: Request, faults: LocalFaults): Response {
  if (method === 'PUT') return put(body, faults)
  if (method === 'DELETE') faults.clear()
  else if (method !== 'GET')
    return json(405, { message: 'Use GET, PUT or DELETE.' }, { allow: 'GET, PUT, DELETE' })
  return shown(faults)
}

function put(body: Buffer, faults: LocalFaults): Response {
  if (body.length > largestPlan) return json(413, { message: `A plan has at most ${largestPlan} bytes.` })
  try {
    faults.set(readFaults(JSON.parse(body.toString())))
    return shown(faults)
  } catch (error) {
    if (error instanceof MillraceError) return json(400, { message: error.happened })
    return json(400, { message: `The body is not JSON: ${error instanceof Error ? error.message : error}` })
  }
}

function shown({ plan, injected }: LocalFaults): Response {
  return json(200, { ...plan, injected })
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(`${JSON.stringify(value)}\n`),
  }
}
