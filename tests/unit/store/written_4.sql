BEGIN TRANSACTION;
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
)
 STRICT

;
INSERT INTO "meta" VALUES('schema_version','4');
CREATE TABLE metric (
	trial_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	name TEXT NOT NULL, 
	points INTEGER NOT NULL, 
	last REAL, 
	minimum REAL, 
	maximum REAL, 
	mean REAL, 
	last_step REAL, 
	PRIMARY KEY (trial_id, source, name), 
	FOREIGN KEY(trial_id) REFERENCES trial (id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "metric" VALUES(1,'metric','loss',3,0.25,0.25,1.5,0.75,2.0);
INSERT INTO "metric" VALUES(1,'result','main',1,1.5,1.5,1.5,1.5,NULL);
CREATE TABLE purged (
	"key" TEXT NOT NULL, 
	experiment TEXT NOT NULL, 
	run_group TEXT NOT NULL, 
	variants TEXT NOT NULL, 
	iteration INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	locks TEXT NOT NULL, 
	at TEXT NOT NULL, 
	by_whom TEXT NOT NULL, 
	why TEXT NOT NULL, 
	PRIMARY KEY ("key")
)
 STRICT

;
INSERT INTO "purged" VALUES('f0000004','sine','','{"noise": "mid"}',1,'sine-mid-1','2024-05-06T16:00:00.000000+00:00','[{"canonical_version": 1, "commit": "0123456789abcdef0123456789abcdef01234567", "digest": "digest of 1", "locked_at": "2024-05-06T16:00:00+00:00", "name": "mid", "parameter": "noise", "text": "1", "trial_key": "f0000004", "trial_name": "sine-mid-1"}]','2024-05-08T12:00:00.000000+00:00','Ada <ada@example.org>','a mistake');
CREATE TABLE trial (
	id INTEGER NOT NULL, 
	experiment TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	run_group TEXT NOT NULL, 
	variants TEXT NOT NULL, 
	iteration INTEGER NOT NULL, 
	digests TEXT NOT NULL, 
	literals TEXT NOT NULL, 
	seed TEXT, 
	status TEXT NOT NULL, 
	reason TEXT, 
	main REAL, 
	main_json TEXT, 
	commit_hash TEXT, 
	branch TEXT, 
	remote TEXT, 
	started_at TEXT NOT NULL, 
	ended_at TEXT, 
	wall_seconds REAL, 
	cpu_seconds REAL, 
	peak_memory_bytes INTEGER, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	process_started REAL NOT NULL, 
	boot_id TEXT NOT NULL, 
	environment TEXT NOT NULL, 
	html TEXT, 
	folder TEXT, 
	started_after_boot REAL, 
	machine_id TEXT, 
	pid_namespace TEXT, 
	hypothesis TEXT, 
	data TEXT DEFAULT '[]' NOT NULL, 
	results_digest TEXT, 
	numbers TEXT DEFAULT '{}' NOT NULL, 
	metrics TEXT DEFAULT '{}' NOT NULL, 
	note TEXT, 
	archived_at TEXT, 
	PRIMARY KEY (id), 
	CONSTRAINT trial_iteration UNIQUE (experiment, run_group, variants, iteration), 
	UNIQUE ("key")
)
 STRICT

;
INSERT INTO "trial" VALUES(1,'sine','f0000001','sine-low-1','','{"noise": "low"}',1,'{"noise": "digest of 0.1"}','{"noise": 0.1}','7','succeeded',NULL,1.5,'1.5','0123456789abcdef0123456789abcdef01234567','main','https://example.org/r.git','2024-05-06T13:00:00.000000+00:00','2024-05-06T12:00:03.000000+00:00',3.0,2.5,1048576,'host',4321,12.5,'boot','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','trial_sine-low-1.html','sine-low-1_f0000001',NULL,NULL,NULL,NULL,'[]','rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr','{"main": 1.5}','{"loss": 0.25}','as expected',NULL);
INSERT INTO "trial" VALUES(2,'sine','f0000002','sine-high-1','','{"noise": "high"}',1,'{"noise": "digest of 2.5"}','{"noise": 2.5}','7','failed','ValueError: x',NULL,NULL,'0123456789abcdef0123456789abcdef01234567','main','https://example.org/r.git','2024-05-06T14:00:00.000000+00:00','2024-05-06T12:00:03.000000+00:00',3.0,2.5,1048576,'host',4321,12.5,'boot','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','trial_sine-low-1.html','sine-low-1_f0000002',NULL,NULL,NULL,NULL,'[]',NULL,'{}','{}',NULL,NULL);
INSERT INTO "trial" VALUES(3,'sine','f0000003','sine-low-2','','{"noise": "low"}',2,'{"noise": "digest of 0.2"}','{"noise": 0.2}','7','running',NULL,NULL,NULL,'0123456789abcdef0123456789abcdef01234567','main','https://example.org/r.git','2024-05-06T15:00:00.000000+00:00',NULL,NULL,NULL,NULL,'host',4321,12.5,'boot','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',NULL,NULL,NULL,NULL,NULL,NULL,'[]',NULL,'{}','{}',NULL,NULL);
CREATE TABLE trial_tag (
	trial_id INTEGER NOT NULL, 
	tag TEXT NOT NULL, 
	PRIMARY KEY (trial_id, tag), 
	FOREIGN KEY(trial_id) REFERENCES trial (id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "trial_tag" VALUES(1,'best');
CREATE TABLE trial_value (
	trial_id INTEGER NOT NULL, 
	argument TEXT NOT NULL, 
	variant TEXT, 
	json TEXT NOT NULL, 
	number REAL, 
	text TEXT, 
	PRIMARY KEY (trial_id, argument), 
	FOREIGN KEY(trial_id) REFERENCES trial (id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "trial_value" VALUES(1,'noise','low','0.1',0.1,NULL);
INSERT INTO "trial_value" VALUES(2,'noise','high','2.5',2.5,NULL);
INSERT INTO "trial_value" VALUES(3,'noise','low','0.2',0.2,NULL);
CREATE TABLE trial_variant (
	trial_id INTEGER NOT NULL, 
	variant_id INTEGER NOT NULL, 
	PRIMARY KEY (trial_id, variant_id), 
	FOREIGN KEY(trial_id) REFERENCES trial (id), 
	FOREIGN KEY(variant_id) REFERENCES variant (id)
)
 STRICT

;
INSERT INTO "trial_variant" VALUES(1,1);
INSERT INTO "trial_variant" VALUES(2,2);
INSERT INTO "trial_variant" VALUES(3,3);
CREATE TABLE variant (
	id INTEGER NOT NULL, 
	experiment TEXT NOT NULL, 
	parameter TEXT NOT NULL, 
	name TEXT NOT NULL, 
	text TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	canonical_version INTEGER NOT NULL, 
	locked_at TEXT NOT NULL, 
	trial_name TEXT NOT NULL, 
	trial_key TEXT NOT NULL, 
	commit_hash TEXT, 
	retired_at TEXT, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "variant" VALUES(1,'sine','noise','low','0.1','digest of 0.1',1,'2024-05-06T13:00:00.000000+00:00','sine-low-1','f0000001','0123456789abcdef0123456789abcdef01234567','2024-05-08T12:00:00.000000+00:00');
INSERT INTO "variant" VALUES(2,'sine','noise','high','2.5','digest of 2.5',1,'2024-05-06T14:00:00.000000+00:00','sine-high-1','f0000002','0123456789abcdef0123456789abcdef01234567',NULL);
INSERT INTO "variant" VALUES(3,'sine','noise','low','0.2','digest of 0.2',1,'2024-05-06T15:00:00.000000+00:00','sine-low-2','f0000003','0123456789abcdef0123456789abcdef01234567',NULL);
INSERT INTO "variant" VALUES(4,'sine','noise','mid','1','digest of 1',1,'2024-05-06T16:00:00.000000+00:00','sine-mid-1','f0000004','0123456789abcdef0123456789abcdef01234567',NULL);
CREATE TABLE variant_act (
	id INTEGER NOT NULL, 
	variant_id INTEGER NOT NULL, 
	action TEXT NOT NULL, 
	at TEXT NOT NULL, 
	by_whom TEXT NOT NULL, 
	why TEXT NOT NULL, 
	former_name TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(variant_id) REFERENCES variant (id)
)
 STRICT

;
INSERT INTO "variant_act" VALUES(1,1,'retired','2024-05-08T12:00:00.000000+00:00','Ada <ada@example.org>','typo','');
CREATE UNIQUE INDEX variant_in_force ON variant (experiment, parameter, name) WHERE retired_at IS NULL;
CREATE INDEX trial_by_main ON trial (main);
CREATE INDEX trial_by_values ON trial (experiment, run_group, digests, seed, commit_hash, started_at);
CREATE INDEX trial_by_status ON trial (status);
CREATE INDEX trial_by_name ON trial (name);
CREATE INDEX trial_by_start ON trial (started_at);
CREATE INDEX purged_by_number ON purged (experiment, run_group, variants, iteration);
CREATE INDEX trial_variant_by_variant ON trial_variant (variant_id);
CREATE INDEX variant_act_by_variant ON variant_act (variant_id);
CREATE INDEX trial_value_by_text ON trial_value (argument, text);
CREATE INDEX trial_value_by_number ON trial_value (argument, number);
CREATE INDEX trial_value_by_variant ON trial_value (argument, variant);
CREATE INDEX metric_by_last ON metric (source, name, last);
CREATE INDEX trial_tag_by_tag ON trial_tag (tag);
COMMIT;
