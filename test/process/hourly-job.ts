import { folder } from 'millrace/connectors/files'
import { hourlyIn } from './hourly.ts'

export default hourlyIn(folder('out'))
