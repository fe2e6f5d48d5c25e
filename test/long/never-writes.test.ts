import { afterEach, describe, expect, it } from 'vitest';
import { folderState } from '../support/folder-state.ts';
import { runHere } from '../support/run.ts';
import { testScanner } from '../support/scan.ts';
import { PLAIN, scanBoth } from '../support/scans.ts';
import { STORES, type UnpackedStore, unpackStore } from '../support/stores.ts';

let store: UnpackedStore;
afterEach(() => store.cleanup());

describe.each(STORES)('nothing is written into the state directory of %s', (name) => {
  it('by quick and deep scans, as serve does them', async () => {
    store = unpackStore(name, { ownPath: true });
    const before = folderState(store.stateDir);
    const { now } = store;
    await scanBoth(testScanner(store.stateDir, { ...PLAIN, now: () => now }));
    expect(folderState(store.stateDir)).toEqual(before);
  });

  it('by the command scan, nor by repair that only shows', async () => {
    store = unpackStore(name, { ownPath: true });
    const before = folderState(store.stateDir);
    for (const args of [['scan', '--deep'], ['repair'], ['repair', '--list'], ['repair', '--lost-index']])
      await runHere([...args, `--openclaw.state-dir=${store.stateDir}`]);
    expect(folderState(store.stateDir)).toEqual(before);
  });
});
