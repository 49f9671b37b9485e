// Runs a Python file under MicroPython (its WebAssembly port): node host.mjs FILE FOLDER...
// The folders' modules can be imported. File descriptor 3, where there is one, is the non-blocking end of a
// pseudo-terminal: what the fake machine.UART speaks on. Bytes cross between Python and JavaScript as hex.
// This port collects garbage only between calls from outside: a file that leaves a number TURNS behind has its
// function turn() called as often.
import fs from "node:fs";
import path from "node:path";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

const LINE = 3;
const PATIENCE_MS = 500;
const [script, ...folders] = process.argv.slice(2);
const chunk = Buffer.alloc(4096);

function read() {
  try {
    return chunk.toString("hex", 0, fs.readSync(LINE, chunk));
  } catch (error) {
    if (error.code === "EAGAIN" || error.code === "EIO") return ""; // nothing there, or nobody has the port open
    throw error;
  }
}

function write(hex) {
  const data = Buffer.from(hex, "hex");
  const until = Date.now() + PATIENCE_MS; // what nobody takes is lost, as on a board's USB port
  for (let at = 0; at < data.length && Date.now() < until; ) {
    try {
      at += fs.writeSync(LINE, data, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

try {
  const python = await loadMicroPython({ stdout: (line) => fs.writeSync(1, line + "\n"), linebuffer: true });
  for (const folder of folders)
    for (const name of fs.readdirSync(folder).filter((name) => name.endsWith(".py")))
      python.FS.writeFile("/" + name, fs.readFileSync(path.join(folder, name)));
  python.registerJsModule("_line", { read, write });
  await python.runPythonAsync("import sys; sys.path.append('/')\n" + fs.readFileSync(script, "utf8"));
  for (let left = python.globals.get("TURNS") ?? 0; left > 0; left--) python.runPython("turn()");
} catch (error) {
  fs.writeSync(2, String(error.message ?? error).slice(0, 2000) + "\n"); // not the library's 100 kB source line
  process.exit(1);
}
