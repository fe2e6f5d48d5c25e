import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { accessSync, lstatSync, openSync, readdirSync, realpathSync, statSync } = fs;

/** From now on `before` is called with each path that `node:fs` is asked to look at, before it is; until the returned function is called. */
export function everyLook(before: (path: string) => void): () => void {
  function told<Given extends readonly unknown[], Result>(look: (...given: Given) => Result) {
    return (...given: Given): Result => {
      const [path] = given;
      if (typeof path === 'string') before(path);
      return look(...given);
    };
  }
  const native = told(realpathSync.native);
  Object.assign(fs, {
    accessSync: told(accessSync),
    lstatSync: told(lstatSync),
    openSync: told(openSync),
    readdirSync: told(readdirSync),
    realpathSync: Object.assign(told(realpathSync), { native }),
    statSync: told(statSync),
  });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { accessSync, lstatSync, openSync, readdirSync, realpathSync, statSync });
    syncBuiltinESMExports();
  };
}
