import { withoutMarkdown } from '../../lines.ts';
import { readableAgents, type Snapshot, type SnapshotAgent } from '../../model/snapshot.ts';
import { leftOut } from '../left-out.ts';
import { problemMeaning } from '../problem-meanings.ts';
import { amount, counted, minuteOf } from '../words.ts';
import { type Markup, markup, table, when } from './markup.ts';

const LAYOUTS = {
  file: 'files',
  sqlite: 'SQLite',
  migrating: 'both, migrating',
  empty: 'empty',
} as const satisfies Record<SnapshotAgent['layout'], string>;

/** Of agents, and of lines below them. */
const SHOWN = 40;
const SHOWN_LINES = 10;

/** Each agent's store, what is wrong with it in words, and what lies there and is in no figure. */
export function storeList(snapshot: Snapshot): Markup {
  const rows = shownOf(snapshot.agents).map((store) => [
    markup`<b>${store.agent}</b>`,
    LAYOUTS[store.layout],
    store.version ?? 'unknown',
    store.readable ? amount(store.sessions.length) : 'could not look',
    store.readable ? amount(store.archived) : '',
    store.readable && store.lastWriteMs !== null ? minuteOf(store.lastWriteMs) : '',
    problems(store),
  ]);
  const head = ['Agent', 'Layout', 'OpenClaw', 'Sessions', 'Archived', 'Last write', 'Problems'];
  return markup`<section><h2>Stores</h2>
${snapshot.agents.length === 0 ? markup`<p>No agent was found.</p>` : table('Agents and their stores', head, rows)}
${when(snapshot.agents.length > SHOWN, () => markup`<p>And ${counted(snapshot.agents.length - SHOWN, 'more agent')}: see the metrics, or <code>scan</code>.</p>`)}
${capped(leftOut(snapshot).map((line) => markup`<p class="note warning">${line}</p>`))}${capped(ignored(snapshot))}</section>`;
}

/** Where they are too many, those with problems first. */
function shownOf(agents: readonly SnapshotAgent[]): readonly SnapshotAgent[] {
  if (agents.length <= SHOWN) return agents;
  const isIll = ({ problems, readable }: SnapshotAgent) => problems.length > 0 || !readable;
  return agents.toSorted((one, other) => Number(isIll(other)) - Number(isIll(one))).slice(0, SHOWN);
}

function capped(lines: readonly Markup[]): readonly Markup[] {
  const more = lines.length - SHOWN_LINES;
  return more <= 0 ? lines : [...lines.slice(0, SHOWN_LINES), markup`<p>And ${amount(more)} more of this kind.</p>`];
}

function problems({ problems, readable, ...store }: SnapshotAgent): Markup {
  if (problems.length === 0 && readable) {
    const since = 'staleSinceMs' in store ? store.staleSinceMs : null;
    return since === null ? markup`none` : markup`its database is locked: figures of ${minuteOf(since)}`;
  }
  const words = problems.map((problem) => {
    const { brief, meaning } = problemMeaning(problem, readable);
    const first = brief.charAt(0).toUpperCase() + brief.slice(1);
    return markup`<span class="problem"><b>${first}</b> (${problem}). ${withoutMarkdown(meaning)}</span>`;
  });
  return markup`${words}`;
}

function ignored(snapshot: Snapshot): readonly Markup[] {
  return readableAgents(snapshot).flatMap(({ agent, ignored }) => {
    const counts = Object.entries(ignored).filter(([, count]) => count > 0);
    const words = counts.map(([finding, count]) => `${count} ${finding}`).join(', ');
    return counts.length === 0
      ? []
      : [markup`<p class="note">Findings of agent ${agent} that the config file says to ignore: ${words}.</p>`];
  });
}
