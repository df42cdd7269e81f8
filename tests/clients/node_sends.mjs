// Segment's Node.js library sends events, and waits until all are acknowledged: node node_sends.mjs ADDRESS KEY COUNT
import { Analytics } from "@segment/analytics-node";

const [address, writeKey, count] = process.argv.slice(2);
const analytics = new Analytics({ host: address, writeKey, maxRetries: 50, flushAt: 100, httpRequestTimeout: 60000 });
analytics.on("error", (error) => console.error("failed", error.reason ?? error));
analytics.identify({ userId: "node-0", traits: { email: "node@example.org" } });
console.log("sending");
for (let number = 0; number < Number(count); number++)
  analytics.track({
    userId: `node-${number % 7}`,
    event: "Order Completed",
    properties: { order_id: `node-o-${number}`, revenue: 2.5 },
  });
await analytics.closeAndFlush({ timeout: 300000 });
console.log("sent");
