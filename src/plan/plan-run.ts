/** What a run will render: pure, from answers, components and their templates. */
import { kubernetesFolderOf, productionStackOf } from '../component/application-view.ts';
import { version } from 'bulwark:package';
import type { Contribution, Opening, View } from '../component/contribution.ts';
import {
  STAGES,
  type AnyComponent,
  type ApplicationFacts,
  type ComponentId,
  type DiagramEdge,
  type DocumentLink,
  type FactlessProject,
  type Facts,
  type Jobs,
  type Project,
  type Stage,
  type Rename,
} from '../component/define.ts';
import { deriveNames } from '../component/names.ts';
import type { FieldValue } from '../component/fields.ts';
import type { Issue } from '../errors.ts';
import type { Companions } from '../merge/left-out.ts';
import type { Template } from '../render/template-store.ts';
import { FRAGMENTS } from '../render/template-store.ts';
import { literal, type Views } from '../render/view.ts';
import { repoPath, type RepoPath } from '../tree/repo-path.ts';
import type { Ownership } from '../tree/virtual-tree.ts';
import type { Answers } from './answers.ts';

/** One file that a template becomes. */
export interface Rendering {
  readonly component: ComponentId;
  readonly template: Template;
  readonly path: RepoPath;
  readonly views: Views;
  readonly ownership: Ownership;
}

/** One fragment of a shared file, ready to render. */
export interface OwnedContribution extends Contribution {
  readonly component: ComponentId;
  readonly template: Template;
  readonly views: Views;
}

/** A shared file with all its fragments in order. */
export interface SharedFile {
  readonly opening: Opening;
  readonly component: ComponentId;
  readonly path: RepoPath;
  /** False: no component of the plan opens it, so it is only added to where the repository has it. */
  readonly isOurs: boolean;
  readonly contributions: readonly OwnedContribution[];
}

export interface Plan {
  readonly project: Project;
  readonly renderings: readonly Rendering[];
  readonly sharedFiles: readonly SharedFile[];
  readonly diagram: readonly DiagramEdge[];
  readonly documents: readonly DocumentLink[];
  readonly nextSteps: readonly string[];
  /** New paths by the old ones. */
  readonly renames: ReadonlyMap<RepoPath, RepoPath>;
  readonly companions: readonly Companions[];
  /** Of the scope that it was planned for. */
  readonly layout: Scope['layout'];
  /** With any issue nothing is written. */
  readonly issues: readonly Issue[];
}

export interface PlanInput {
  readonly answers: Answers;
  /** The components of the plan. */
  readonly components: readonly AnyComponent[];
  /** All components there are: templates may ask which of them are in the plan. */
  readonly available: readonly AnyComponent[];
  readonly templates: ReadonlyMap<ComponentId, readonly Template[]>;
  /** Default: the repository as a whole. */
  readonly scope?: Scope;
}

/** What bulwark renders into, and the habits that it finds there. */
export interface Scope {
  readonly manages: Project['manages'];
  /** Where the repository keeps a file that we would render, by the path that it has with us: `docker-compose.yml` → `compose.yaml`. */
  readonly layout: Readonly<Record<string, string>>;
  /** Default: true. */
  readonly isLookedAfter?: boolean;
}

export const WHOLE: Scope = { manages: 'repository', layout: {} };

/** An opening with the component that makes it. */
type OwnedOpening = Opening & { readonly component: ComponentId; readonly isOurs: boolean };

/** A component with the answers to its own fields. */
interface Answered {
  readonly component: AnyComponent;
  readonly own: Readonly<Record<string, FieldValue>>;
}

/** Plans a run. Throws BulwarkError for unsafe paths; errors of a component's own code are bugs. */
export function planRun({ answers, components, available, templates, scope = WHOLE }: PlanInput): Plan {
  const { manages, layout, isLookedAfter = true } = scope;
  const beside = new Set<ComponentId>();
  const placed = (path: string, source: string): RepoPath =>
    repoPath(Object.hasOwn(layout, path) ? (layout[path] ?? path) : path, source);
  const keeps = (path: string): boolean => manages === 'components' && Object.hasOwn(layout, path);
  const factless = { ...projectOf(answers, components, available, beside), manages, isLookedAfter, keeps };
  const answered = components.map((component) => ({ component, own: answersOf(component, answers) }));
  const { facts, issues: clashes } = gatherFacts(answered, factless);
  const project: Project = {
    ...factless,
    facts,
    jobs: gatherJobs(answered, factless),
    secretScripts: answered
      .flatMap(({ component, own }) => component.secretScripts?.(own) ?? [])
      .sort((a, b) => a.order - b.order),
  };
  const foreign = manages === 'components' ? openedByOthers(components, available, answers, project) : [];
  for (const { kind, path, component } of foreign) {
    if (kind === 'compose' && Object.hasOwn(layout, path)) beside.add(component);
  }
  const projectView = viewOfProject(project, available);
  const renderings: Rendering[] = [];
  const openings: OwnedOpening[] = [];
  const contributions: OwnedContribution[] = [];
  const diagram: DiagramEdge[] = [];
  const documents: DocumentLink[] = [];
  const nextSteps: string[] = [];
  const renames = new Map<RepoPath, RepoPath>();
  const companions: Companions[] = [];
  const issues: Issue[] = [...clashes];

  for (const { component, own } of answered) {
    const views = viewsOf(component, own, { project, projectView });
    const layers = new Set(['base', ...(component.layers?.(own, project) ?? [])]);
    const files = templates.get(component.id) ?? [];
    for (const template of files) {
      if (!layers.has(template.layer)) continue;
      const path = fillPath(template.path, views);
      renderings.push({
        component: component.id,
        template,
        path: placed(path, template.source),
        views,
        ownership: isSeeded(component, template.path) ? 'seeded' : 'managed',
      });
    }
    const fragments = fragmentsOf(files);
    for (const item of component.contributes?.(own, project) ?? []) {
      if (item.type === 'open') openings.push({ ...item, component: component.id, isOurs: true });
      else contributions.push(ownContribution(item, component.id, fragments, views));
    }
    diagram.push(...(component.diagram?.(own, project) ?? []));
    documents.push(...(component.documents?.(own, project) ?? []));
    for (const { from, to } of component.renames?.(own, project) ?? []) {
      const source = `generators/${component.id}.ts`;
      for (const [old, now] of movesOf({ from, to }, renderings))
        renames.set(repoPath(old, source), repoPath(now, source));
    }
    for (const { of, files } of component.companions?.(own, project) ?? []) {
      const source = `generators/${component.id}.ts`;
      companions.push({
        component: component.id,
        of: placed(of, source),
        files: files.map((path) => layout[path] ?? path),
      });
    }
    nextSteps.push(...(component.nextSteps?.(own, project) ?? []));
    issues.push(...(component.faults?.(own, project) ?? []));
  }
  contributions.push(...stoodOn(available, beside, { answers, project, projectView, templates }));
  const byFile = new Map<string, OwnedContribution[]>();
  for (const contribution of contributions) {
    const file = `${contribution.kind} ${contribution.id}`;
    byFile.set(file, [...(byFile.get(file) ?? []), contribution]);
  }
  const sharedFiles = [...openings, ...foreign].map(({ component, isOurs, ...opening }): SharedFile => ({
    opening,
    isOurs,
    component,
    path: placed(opening.path, `generators/${component}.ts`),
    contributions: (byFile.get(`${opening.kind} ${opening.id}`) ?? [])
      // How the application runs is written in a file of its owner's already.
      .filter((contribution) => isOurs || contribution.component !== project.stack)
      .sort(
        (a, b) => a.order - b.order || (a.component < b.component ? -1 : a.component > b.component ? 1 : 0),
      ),
  }));
  return {
    project,
    renderings,
    sharedFiles: sharedFiles.filter(({ isOurs, component, contributions: own }) =>
      isOurs ? own.length > 0 : own.some((one) => one.component !== component),
    ),
    diagram,
    documents,
    nextSteps,
    renames,
    companions,
    layout,
    issues,
  };
}

/** Shared files of components that are not in the plan: an existing repository may have its own. */
function openedByOthers(
  components: readonly AnyComponent[],
  available: readonly AnyComponent[],
  answers: Answers,
  project: Project,
): readonly OwnedOpening[] {
  return available
    .filter((component) => component.category !== 'stack' && !components.includes(component))
    .flatMap((component) =>
      (component.contributes?.(answersOf(component, answers), project) ?? []).flatMap((item) =>
        item.type === 'open' ? [{ ...item, component: component.id, isOurs: false }] : [],
      ),
    );
}

/** Behind what the file is added to for. */
const LAST = 1000;

interface Planning extends Pick<PlanInput, 'answers' | 'templates'> {
  readonly project: Project;
  readonly projectView: View;
}

/** What fragments stand on in a file that the repository has: the networks of a compose file, and not its head. */
function stoodOn(
  available: readonly AnyComponent[],
  beside: ReadonlySet<ComponentId>,
  { answers, project, projectView, templates }: Planning,
): readonly OwnedContribution[] {
  return available
    .filter(({ id }) => beside.has(id))
    .flatMap((component) => {
      const own = answersOf(component, answers);
      const views = viewsOf(component, own, { project, projectView });
      const items = component.contributes?.(own, project) ?? [];
      const fragments = fragmentsOf(templates.get(component.id) ?? []);
      const opened = new Set(
        items.flatMap((item) => (item.type === 'open' ? [`${item.kind} ${item.id}`] : [])),
      );
      return items.flatMap((item) =>
        item.type === 'fragment' && item.order > 0 && opened.has(`${item.kind} ${item.id}`)
          ? [ownContribution({ ...item, order: LAST }, component.id, fragments, views)]
          : [],
      );
    });
}

/** The answers to a component's own fields, by field name; fields that do not apply have their default. */
function answersOf(component: AnyComponent, answers: Answers): Record<string, FieldValue> {
  const known = { get: (key: string) => answers.get(key)?.value };
  return Object.fromEntries(
    Object.entries(component.fields).map(([name, { default: fallback }]) => [
      name,
      answers.get(`${component.id}.${name}`)?.value ??
        (typeof fallback === 'function' ? fallback(known) : fallback),
    ]),
  );
}

/** What the templates of a component see. */
const viewsOf = (
  component: AnyComponent,
  own: Readonly<Record<string, FieldValue>>,
  { project, projectView }: Pick<Planning, 'project' | 'projectView'>,
): Views => [component.view?.(own, project) ?? {}, projectView];

/** The fragments among the templates of a component, by path. */
const fragmentsOf = (files: readonly Template[]): ReadonlyMap<string, Template> =>
  new Map(files.flatMap((file) => (file.layer === FRAGMENTS ? [[file.path, file] as const] : [])));

function ownContribution(
  contribution: Contribution,
  component: ComponentId,
  fragments: ReadonlyMap<string, Template>,
  views: Views,
): OwnedContribution {
  const template = fragments.get(contribution.fragment);
  if (!template) {
    throw new Error(
      `generators/${component}.ts names the fragment ${contribution.fragment}, which is not there`,
    );
  }
  return {
    ...contribution,
    component,
    template,
    views: contribution.view ? [contribution.view, ...views] : views,
  };
}

function gatherFacts(
  answered: readonly Answered[],
  project: FactlessProject,
): { facts: Facts; issues: readonly Issue[] } {
  const providers = new Map<string, ComponentId>();
  const issues: Issue[] = [];
  let facts: Facts = {};
  for (const { component, own } of answered) {
    const provided = component.facts?.(own, project) ?? {};
    for (const key of Object.keys(provided)) {
      const other = providers.get(key);
      if (other !== undefined) {
        issues.push({
          id: 'two-providers',
          message: `${other} and ${component.id} both say what "${key}" is`,
          hint: 'leave out one of the two components',
        });
      }
      providers.set(key, component.id);
    }
    facts = { ...facts, ...provided };
  }
  return { facts, issues };
}

function gatherJobs(answered: readonly Answered[], project: FactlessProject): Jobs {
  const added = answered.map(({ component, own }) => component.jobs?.(own, project) ?? {});
  const jobsOf = (stage: Stage): readonly string[] => added.flatMap((jobs) => jobs[stage] ?? []).sort();
  return {
    quality: jobsOf('quality'),
    security: jobsOf('security'),
    test: jobsOf('test'),
    build: jobsOf('build'),
    deploy: jobsOf('deploy'),
  };
}

/** For each stage the value of `needs`: the jobs of the last stage before it that has any; empty where none has. */
const needsOf = (jobs: Jobs): View =>
  Object.fromEntries(
    STAGES.map((stage, index) => {
      const before = STAGES.slice(0, index).findLast((earlier) => jobs[earlier].length > 0);
      return [stage, literal(before === undefined ? '' : `[${jobs[before].join(', ')}]`)];
    }),
  );

/** @param beside components that are not in the plan, whose files the repository has: filled while it is planned */
function projectOf(
  answers: Answers,
  components: readonly AnyComponent[],
  available: readonly AnyComponent[],
  beside: ReadonlySet<ComponentId>,
): Omit<FactlessProject, 'manages' | 'isLookedAfter' | 'keeps'> {
  const names = deriveNames(String(answers.get('name')?.value));
  const ids = components.map(({ id }) => id);
  const answer = (key: string): FieldValue => {
    const found = answers.get(key);
    if (found) return found.value;
    const [id = '', field = ''] = key.split('.');
    const other = beside.has(id) ? available.find((component) => component.id === id) : undefined;
    const fallback = other && answersOf(other, answers)[field];
    if (fallback === undefined) throw new Error(`no question "${key}" in this plan`);
    return fallback;
  };
  return {
    names,
    description: String(answer('description')),
    owner: String(answer('owner')),
    image: `${String(answer('registry'))}/${names.slug}`,
    licence: String(answer('licence')),
    securityContact: String(answer('securityContact')),
    domain: String(answer('domain')),
    mainBranch: String(answer('mainBranch')),
    stack: String(answer('stack')),
    components: ids,
    has: (component) => ids.includes(component) || beside.has(component),
    answer,
  };
}

/** What every template may say. */
function viewOfProject(project: Project, available: readonly AnyComponent[]): View {
  const { app } = project.facts;
  return {
    name: project.names.display,
    slug: project.names.slug,
    identifier: project.names.identifier,
    envPrefix: project.names.envPrefix,
    description: project.description,
    owner: project.owner,
    imageRepository: project.image,
    licence: project.licence,
    securityContact: project.securityContact,
    domain: project.domain,
    mainBranch: project.mainBranch,
    stack: project.stack,
    composeProduction: literal(productionStackOf(project)),
    kubernetesFolder: kubernetesFolderOf(project),
    bulwark: version,
    isLookedAfter: project.isLookedAfter,
    needs: needsOf(project.jobs),
    has: Object.fromEntries(available.map(({ id }) => [camelCase(id), project.has(id)])),
    ...(app && { app: viewOfApplication(app) }),
  };
}

/** The facts that are plain values; lists are for components, which say how they are printed. */
const viewOfApplication = (app: ApplicationFacts): View =>
  Object.fromEntries(Object.entries(app).filter(([, fact]) => typeof fact !== 'object'));

/** `__slug__` in a template's path is the value that the view has under this name; `__init__` stays as it is. */
/** A folder has moved with every file that is rendered into it. */
const movesOf = (
  { from, to }: Rename,
  renderings: readonly Rendering[],
): readonly (readonly [string, string])[] =>
  from.endsWith('/')
    ? renderings.flatMap(({ path }) =>
        path.startsWith(to) ? [[`${from}${path.slice(to.length)}`, path] as const] : [],
      )
    : [[from, to]];

const fillPath = (path: string, views: Views): string =>
  path.replace(/__([a-z][A-Za-z]*)__/g, (whole, name: string) => {
    const value = views.find((view) => Object.hasOwn(view, name))?.[name];
    return typeof value === 'string' ? value : whole;
  });

const camelCase = (id: string): string =>
  id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const isSeeded = (component: AnyComponent, path: string): boolean =>
  component.seeded?.some((seeded) => (seeded.endsWith('/') ? path.startsWith(seeded) : path === seeded)) ??
  false;
