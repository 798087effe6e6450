import { expect, test } from 'vitest'
import { Turns } from '../../../connectors/kinesis-local/http/turns.ts'
import { quiet } from '../../runtime/until.ts'

test('so many turns go on at once; the others wait in their order, also behind one that failed', async () => {
  const turns = new Turns(2)
  const begun: number[] = []
  const ends: ((fail?: Error) => void)[] = []
  const results = [0, 1, 2, 3].map((index) =>
    turns
      .run(
        () =>
          new Promise<number>((resolve, reject) => {
            begun.push(index)
            ends[index] = (error) => (error === undefined ? resolve(index) : reject(error))
          }),
      )
      .catch((error: Error) => error.message),
  )
  await quiet()
  expect(begun).toEqual([0, 1])
  ends[1]!(new Error('failed'))
  await quiet()
  expect(begun).toEqual([0, 1, 2])
  ends[0]!()
  await quiet()
  expect(begun).toEqual([0, 1, 2, 3])
  ends[2]!()
  ends[3]!()
  expect(await Promise.all(results)).toEqual([0, 'failed', 2, 3])
  expect(await turns.run(async () => 'again')).toBe('again')
})
