export const ProjectCount = {
  project: ({ projectId }: { projectId: string }) => ({ __typename: 'Project', id: projectId }),
};
