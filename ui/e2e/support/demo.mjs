// `mizu demo`, started as a user does, with the address that it prints.
import { spawn } from "node:child_process";
import { binary } from "./binaries.mjs";

export class Demo {
  static async open() {
    const demo = new Demo();
    const args = ["demo", "--port", "0", "--no-open", "--rate", "20/s", "--for", "10m"];
    demo.child = spawn(binary("mizu"), args, { stdio: ["ignore", "pipe", "pipe"] });
    demo.ended = new Promise((done) => demo.child.once("close", done));
    let said = "";
    const address = await new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error(`no address within 60 s:\n${said}`)), 60_000);
      const heard = (chunk) => {
        said += chunk;
        const found = /http:\/\/\S+\/mizu\?token=\S+/.exec(said);
        if (!found) return;
        clearTimeout(late);
        done(found[0]);
      };
      demo.child.stdout.on("data", heard);
      demo.child.stderr.on("data", heard);
      demo.child.once("close", (code) => {
        clearTimeout(late);
        failed(new Error(`mizu demo ended with ${code}:\n${said}`));
      });
    });
    demo.page = new URL(address);
    demo.token = demo.page.searchParams.get("token");
    return demo;
  }

  get origin() {
    return this.page.origin;
  }

  address(path = "") {
    return `${this.origin}/mizu${path}`;
  }

  async close() {
    this.child.kill("SIGINT");
    const late = setTimeout(() => this.child.kill("SIGKILL"), 20_000);
    await this.ended;
    clearTimeout(late);
  }
}
