# Image of a workload: the bundled runtime and what agents work with. Build from the repository's root, after `npm run build`:
#   docker build -f docker/runtime.Dockerfile -t djinnbot-runtime apps/runtime
# BASE needs Node 24 and, unless it is Debian with its archive reachable, git, bash and ripgrep already in it.
ARG BASE=node:24-bookworm-slim
FROM ${BASE}
USER root

# A base that brings the programs is not touched, so that it builds without any network.
RUN if ! command -v git || ! command -v bash || ! command -v rg; then \
      apt-get update \
      && apt-get install -y --no-install-recommends bash ca-certificates git ripgrep \
      && rm -rf /var/lib/apt/lists/*; \
    fi

# The engine runs a container as the owner of the run's files; this is the user when that would be root.
RUN grep -q '^agent:' /etc/passwd || { \
      echo 'agent:x:10001:10001::/tmp:/bin/bash' >> /etc/passwd; \
      echo 'agent:x:10001:' >> /etc/group; \
    }

COPY dist /opt/djinnbot/runtime
RUN chmod -R a+rX /opt/djinnbot && chmod 1777 /tmp

USER 10001:10001
ENV NODE_ENV=production
ENTRYPOINT ["node", "/opt/djinnbot/runtime/main.cjs"]
