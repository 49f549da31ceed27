-- Runs of workflows: the queue that workers take them from, and what became of each.

-- CreateTable
CREATE TABLE "workflow_runs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "workflow" TEXT NOT NULL CHECK (length("workflow") BETWEEN 1 AND 100),
    "status" TEXT NOT NULL DEFAULT 'queued'
        CHECK ("status" IN ('queued', 'running', 'succeeded', 'failed')),
    "input" JSONB NOT NULL DEFAULT '{}',
    -- What the steps that are done leave to the next one.
    "state" JSONB NOT NULL DEFAULT '{}',
    -- How many steps are done, and how often the next one was begun.
    "step" INTEGER NOT NULL DEFAULT 0,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    -- From then on a worker may take it: at once, after a pause, or when the lease of another one is over.
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    -- Drawn anew each time that a worker takes it: whoever had it before cannot change it any more.
    "lease" UUID,
    "error" TEXT,
    -- Who started it, NULL where there are no accounts.
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "workflow_runs_pkey" PRIMARY KEY ("id"),
    CHECK (("status" = 'running') = ("lease" IS NOT NULL)),
    CHECK (("status" IN ('succeeded', 'failed')) = ("ended_at" IS NOT NULL))
);

-- CreateIndex
CREATE INDEX "workflow_runs_status_due_at_idx" ON "workflow_runs"("status", "due_at");

-- CreateIndex
CREATE INDEX "workflow_runs_created_at_id_idx" ON "workflow_runs"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "workflow_runs_owner_id_created_at_id_idx" ON "workflow_runs"("owner_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "workflow_runs_ended_at_idx" ON "workflow_runs"("ended_at");
