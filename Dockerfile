ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY tools tools
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json ./
COPY tools tools
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="openclaw-store-exporter" \
  org.opencontainers.image.description="Prometheus exporter for the session stores of OpenClaw" \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
# Where the salt of the session labels is kept. Like /tmp, since the uid is that of the state directory's owner.
RUN mkdir -m 1777 /var/lib/openclaw-store-exporter
ARG REVISION=
ENV BUILD_REVISION=${REVISION} \
  STATE_DIRECTORY=/var/lib/openclaw-store-exporter \
  OPENCLAW_STORE_EXPORTER_OPENCLAW_STATE_DIR=/openclaw
USER 1000:1000
EXPOSE 10789
# Asks without TLS: with a web configuration that has TLS, give a check of your own.
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:10789/-/healthy').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve", "--web.listen-address=:10789"]
