import { ExporterError } from '../errors.ts';
import type { FlagValues } from './flags.ts';
import type { GivenByFlag } from './given.ts';

type Asked = Pick<
  FlagValues,
  'format' | 'explain' | 'output' | 'agent' | 'kind' | 'findings-only' | 'all' | 'show-keys'
>;

/**
 * Throws an ExporterError about a flag of `scan` that would change nothing: a filter that does not filter would be taken for one
 * that found nothing.
 */
export function refuseWithoutEffect(given: GivenByFlag, values: Asked): void {
  const { format, explain, output } = values;
  if (explain !== null && (format !== 'table' || output !== null))
    throw new ExporterError('E_USAGE', '--explain prints text for a person: leave out --format and --output');
  // Environment and config file are for several ways to call it. So only who says it now is wrong.
  if (format !== 'prometheus' && given.get('textfile.label')?.[0]?.origin === '--textfile.label')
    throw refusal('--textfile.label', '--format prometheus', `--format ${format}`);
  const filters = [
    ...(values.kind === null ? [] : ['--kind']),
    ...(values['findings-only'] ? ['--findings-only'] : []),
    ...(values.all ? ['--all'] : []),
  ];
  if (explain !== null && filters[0] !== undefined) throw refusal(filters[0], 'the table', '--explain');
  const ofTable = [
    ...(values.agent === null ? [] : ['--agent']),
    ...filters,
    ...(values['show-keys'] ? ['--show-keys'] : []),
  ];
  if (format !== 'table' && ofTable[0] !== undefined) throw refusal(ofTable[0], '--format table', `--format ${format}`);
  if (values['show-keys'] && output !== null)
    throw new ExporterError(
      'E_USAGE',
      '--show-keys is for a screen, and everybody can read the file of --output: leave one of them out',
    );
}

function refusal(flag: string, only: string, not: string): ExporterError {
  return new ExporterError('E_USAGE', `${flag} is for ${only} only, not for ${not}: leave one of them out`);
}
