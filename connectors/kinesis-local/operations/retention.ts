import { KinesisError } from '../protocol/kinesis-error.ts'

const shortestHours = 24
const longestHours = 8760

/** @throws KinesisError InvalidArgumentException */
export function checkRetention(hours: number): void {
  if (hours >= shortestHours && hours <= longestHours) return
  throw new KinesisError(
    'InvalidArgumentException',
    hours < shortestHours
      ? `Minimum allowed retention period is ${shortestHours} hours. Requested retention period (${hours} hours) is too short.`
      : `Maximum allowed retention period is ${longestHours} hours. Requested retention period (${hours} hours) is too long.`,
  )
}
