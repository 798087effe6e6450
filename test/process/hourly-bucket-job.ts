import process from 'node:process'
import { bucket } from 'millrace/connectors/s3'
import { hourlyIn } from './hourly.ts'

/** The hourly job, whose rows go to a folder of a bucket that the environment names. */
export default hourlyIn(bucket(`s3://lake/${process.env['LAKE_FOLDER']}`))
