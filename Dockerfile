# The bases, pinned by digest. Where no image can be pulled, .ci/base-images makes both from packages of Debian and npm:
#   docker build --build-arg NODE_IMAGE=node:24-bookworm-slim --build-arg BASE_IMAGE=debian:bookworm-slim .
ARG NODE_IMAGE=node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG BASE_IMAGE=debian:bookworm-slim@sha256:96e378d7e6531ac9a15ad505478fcc2e69f371b10f5cdf87857c4b8188404716

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Of what development needs only the compiler and its types, in the versions of the lock file: all of it is a gigabyte.
RUN node -e "const own = require('./package.json'); const isNeeded = ([name]) => /^(typescript|@types\/.*)$/.test(name); own.devDependencies = Object.fromEntries(Object.entries(own.devDependencies).filter(isNeeded)); require('fs').writeFileSync('package.json', JSON.stringify(own));" \
  && npm install --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
# A clone that was made at a umask of 077 holds files for their owner alone, and the exporter is another user.
COPY package.json LICENSE THIRD-PARTY-NOTICES.md shipped/
RUN npm run build && npm prune --omit=dev --ignore-scripts && chmod -R a+rX shipped

# Not the image of Node: its npm, headers and documents are half of it, and nothing here runs them.
FROM ${BASE_IMAGE}
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/shipped ./
# Where the salt of the session labels is kept. Like /tmp, since the uid is that of the state directory's owner.
RUN mkdir -m 1777 /var/lib/openclaw-store-exporter \
  && ln -s /app/dist/main.js /usr/local/bin/openclaw-store-exporter
# A test holds it to package.json.
ARG VERSION=0.1.0
# The commit: whoever builds knows it, the context does not.
ARG REVISION=
LABEL org.opencontainers.image.title="openclaw-store-exporter" \
  org.opencontainers.image.description="Prometheus exporter for the session stores of OpenClaw" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION:-unknown}"
ENV NODE_ENV=production \
  BUILD_REVISION=${REVISION} \
  STATE_DIRECTORY=/var/lib/openclaw-store-exporter \
  OPENCLAW_STORE_EXPORTER_OPENCLAW_STATE_DIR=/openclaw \
  OPENCLAW_STORE_EXPORTER_WEB_LISTEN_ADDRESS=:10789
# The uid is a choice of the start (`--user`): that of the owner of the state directory.
USER 1000:1000
EXPOSE 10789
# Asks where process 1 listens, and over TLS where that answers so. Node alone takes seconds to start where others work.
HEALTHCHECK --interval=30s --timeout=10s --start-period=15s --retries=3 CMD ["openclaw-store-exporter", "healthy"]
ENTRYPOINT ["openclaw-store-exporter"]
CMD ["serve"]
